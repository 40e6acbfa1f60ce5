"""`kind: anomaly`: a series that is not as it usually is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, PlainSerializer, PlainValidator, ValidationInfo, field_validator, model_validator

from spanwise_alerts.detect.anomaly.detectors import DETECTORS, Name
from spanwise_alerts.detect.anomaly.transform import transform_of
from spanwise_alerts.faults import Path, expected
from spanwise_alerts.quantity import Quantity, quantity, seconds
from spanwise_alerts.rule import TIERS, Amount, Duration, Section, TierName, refuse
from spanwise_alerts.rules.bounds import misfit
from spanwise_alerts.rules.measured import Measured, in_order, shown, unit_of
from spanwise_alerts.rules.seldom import Often, SoOften, not_rarer, often, one_of
from spanwise_schema.measures import MEASURES

_EVERY: Final = ("10s", "30s", "1m", "2m", "5m", "10m", "15m", "30m", "1h")
_LONGEST_S: Final = 28 * 86400.0
_MOST_POINTS: Final = 1000


@dataclass(frozen=True, slots=True)
class Lasting:
    """For how long: so many points in a row, or so many seconds."""

    points: int
    seconds: float
    text: str


def lasting(raw: object) -> Lasting:
    """Read a number of points (`3`) or a duration (`5m`).

    Raises:
        ValueError: it is neither.
    """
    if isinstance(raw, int) and not isinstance(raw, bool):
        if not 1 <= raw <= _MOST_POINTS:
            raise ValueError(f"got {raw!r}, expected 1 to {_MOST_POINTS} points, or a duration such as 5m")
        return Lasting(raw, 0.0, str(raw))
    try:
        return Lasting(0, seconds(raw), str(raw))
    except ValueError as error:
        raise ValueError(f"got {raw!r}, expected a number of points such as 3, or a duration such as 5m") from error


def _written(value: Lasting) -> str | int:
    return value.points or value.text


_Lasting = Annotated[Lasting, PlainValidator(lasting), PlainSerializer(_written, when_used="json")]


class Rarity(Section):
    """One tier: how seldom it may be wrong, and for how long a series must be unusual."""

    false_alarms: SoOften | None = Field(
        default=None, description="how often it may be wrong a series; without it what the rule says",
        examples=["1/month"],
    )  # fmt: skip
    lasts: _Lasting = Field(
        default=Lasting(1, 0.0, "1"), alias="for", description="points in a row, or a duration (default 1)",
        examples=[3],
    )  # fmt: skip


def _usual() -> dict[TierName, Rarity]:
    return {"warning": Rarity()}


class Anomaly(Measured):
    """Each series against what it was expected to be, from its own history."""

    words: ClassVar[tuple[str, ...]] = ("expected", "lower", "upper", "probability", "over")
    every_s: ClassVar[float] = 1.0

    kind: Literal["anomaly"] = Field(description="against its own history", examples=["anomaly"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    stat: str = Field(description="count sum mean p50 p90 p95 p99 max ratio, as the measure allows", examples=["p95"])
    window_s: Duration = Field(default=300.0, alias="window", exclude=True, description="not for this kind")
    bucket_s: Annotated[Duration, one_of(_EVERY)] = Field(
        default=60.0, alias="every", description=f"how long a point is: {', '.join(_EVERY)} (default 1m)",
        examples=["1m"],
    )  # fmt: skip
    detector: Name = Field(
        default="auto", description="auto, level, season, count, change_point or trend (default auto)",
        examples=["auto"],
    )  # fmt: skip
    direction: Literal["up", "down", "both"] = Field(
        default="both", description="what is unusual: too much (up), too little (down), or both", examples=["up"]
    )
    false_alarms: SoOften = Field(
        default=often("1/week"), description="how often it may be wrong a series (default 1/week)", examples=["1/week"]
    )
    min_change: Amount = Field(
        default=quantity("10%"), description="less than this share of what is expected is no anomaly (default 10%)",
        examples=["20%"],
    )  # fmt: skip
    min_difference: Amount | None = Field(
        default=None, description="less than this amount of the measure's unit is none either", examples=["500ms"]
    )
    history_s: Duration = Field(
        default=7 * 86400.0, alias="history", le=_LONGEST_S,
        description="how far back it learns at its first start (default 7d, at most 28d)", examples=["14d"],
    )  # fmt: skip
    keep_firing_for_s: Duration = Field(
        default=600.0, alias="keep_firing_for", description="how long a tier holds on (default 10m)", examples=["10m"]
    )
    tiers: dict[TierName, Rarity] = Field(
        default_factory=_usual, description="each with `false_alarms` and `for`; without it a warning",
        examples=[{"warning": {"false_alarms": "1/day"}, "critical": {"false_alarms": "1/month", "for": 3}}],
    )  # fmt: skip
    summary: str = Field(
        default="{{ rule }}: {{ value }}{{ over }}, expected {{ lower }} to {{ upper }} ({{ probability }})",
        description="one line",
    )

    @property
    def looks_back_s(self) -> float:
        """The length of a point."""
        return self.bucket_s

    @property
    def unit(self) -> str:
        """The unit of the statistic."""
        return unit_of(MEASURES[self.measure], self.stat)

    @property
    def shown_unit(self) -> str:
        """The unit of the statistic, `%` for shares."""
        return shown(MEASURES[self.measure], self.stat)

    @property
    def measured(self) -> tuple[str, str]:
        """The measure and its statistic."""
        return self.measure, self.stat

    @property
    def rarities(self) -> tuple[float, ...]:
        """The share of points that may alarm by chance, for each tier, the mildest first."""
        return tuple(min(self._often(tier).rate * self.bucket_s, 0.02) for tier in self.tiers.values())

    @property
    def shape(self) -> str:
        """What the numbers are that its detectors saw; detectors of another shape know nothing of these."""
        told = (self.measure, self.stat, self.by, sorted(self.filters), self.bucket_s, self.detector, self.source)
        return repr(told)

    def wait_s(self, tier: TierName) -> float:
        """Return how long a tier waits: until so many points were unusual in a row."""
        lasts = self.tiers[tier].lasts
        return (lasts.points - 1) * self.bucket_s if lasts.points else lasts.seconds

    def _often(self, tier: Rarity) -> Often:
        return tier.false_alarms or self.false_alarms

    @classmethod
    def _beside(cls, raw: Mapping[str, Any]) -> list[tuple[Path, str]]:
        found = [(("window",), "is not for this kind; a point is as long as `every`")] if "window" in raw else []
        return [*super()._beside(raw), *found]

    @field_validator("stat")
    @classmethod
    def _stated(cls, stat: str, info: ValidationInfo) -> str:
        measure = MEASURES.get(info.data.get("measure", ""))
        known = [name for name in measure.stats if name != "rate"] if measure else [stat]
        if stat not in known:
            raise ValueError(expected(stat, known))
        return stat

    @field_validator("min_change")
    @classmethod
    def _share(cls, change: Quantity) -> Quantity:
        if change.sign != "%" or change.value < 0:
            raise ValueError(f"got {change.text!r}, expected a share of what is expected, such as 10%")
        return change

    @field_validator("min_difference")
    @classmethod
    def _fits(cls, difference: Quantity | None, info: ValidationInfo) -> Quantity | None:
        measure, stat = MEASURES.get(info.data.get("measure", "")), info.data.get("stat")
        if difference is not None and measure and isinstance(stat, str):
            refuse([((), text)] if (text := misfit(difference, shown(measure, stat))) else [])
        return difference

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Rarity]) -> dict[TierName, Rarity]:
        return in_order(tiers, TIERS)

    @model_validator(mode="after")
    def _graver_is_rarer(self) -> Self:
        found = [(("tiers", *path), text) for path, text in not_rarer(self.tiers, self._often)]
        counted = transform_of(MEASURES[self.measure].unit, self.stat).kind == "count"
        if DETECTORS[self.detector].counts and not counted:
            text = f"got 'count', expected another detector: {self.stat} of {self.measure} is no count"
            found.append((("detector",), text))
        refuse(found)
        return self

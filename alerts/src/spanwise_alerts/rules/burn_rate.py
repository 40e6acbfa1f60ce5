"""`kind: burn_rate`: how fast the errors that an objective allows are used up."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from spanwise_alerts.faults import expected
from spanwise_alerts.quantity import Quantity
from spanwise_alerts.rule import TIERS, Amount, Duration, Section, TierName
from spanwise_alerts.rules.measured import Measured, in_order
from spanwise_schema.measures import MEASURES

_MAX_LONG_S: Final = 30 * 86400.0


class Burn(Section):
    """A pair of windows: both must burn faster than `rate`."""

    long_s: Duration = Field(alias="long", gt=0, le=_MAX_LONG_S, description="how long it must last", examples=["1h"])
    short_s: Duration = Field(alias="short", gt=0, description="how long it must still go on", examples=["5m"])
    rate: float = Field(gt=0, description="so many times faster than the objective allows", examples=[14.4])

    @model_validator(mode="after")
    def _shorter(self) -> Self:
        if self.short_s >= self.long_s:
            raise ValueError("expected `short` to be shorter than `long`")
        return self


def _usual() -> dict[TierName, list[Burn]]:
    # Google's SRE workbook, chapter 5, table 5-8: 2 % of 30 days in an hour, 5 % in six hours, 10 % in three days
    pairs: dict[TierName, list[dict[str, Any]]] = {
        "warning": [{"long": "3d", "short": "6h", "rate": 1}],
        "critical": [{"long": "1h", "short": "5m", "rate": 14.4}, {"long": "6h", "short": "30m", "rate": 6}],
    }
    return {name: [Burn.model_validate(pair) for pair in each] for name, each in pairs.items()}


class BurnRate(Measured):
    """A share of failures against an objective, in several pairs of windows."""

    words: ClassVar[tuple[str, ...]] = ("objective", "long", "short", "errors")
    every_s: ClassVar[float] = 5.0

    kind: Literal["burn_rate"] = Field(description="an objective and its error budget", examples=["burn_rate"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    objective: Amount = Field(description="the share that must succeed", examples=["99.5%"])
    min_count: int = Field(
        default=20, ge=1, description="fewer calls in the long window are no breach (default 20)", examples=[20]
    )
    tiers: dict[TierName, list[Burn]] = Field(
        default_factory=_usual,
        description="pairs of windows; without it the SRE workbook's",
        examples=[{"critical": [{"long": "1h", "short": "5m", "rate": 14.4}]}],
    )
    summary: str = Field(
        default="{{ rule }}: errors burn {{ value }} times as fast as {{ objective }} allows", description="one line"
    )

    @property
    def measured(self) -> tuple[str, str]:
        """The measure's share of failures."""
        return self.measure, "ratio"

    @property
    def looks_back_s(self) -> float:
        """The longest window."""
        return max(pair.long_s for pairs in self.tiers.values() for pair in pairs)

    def threshold_of(self, tier: TierName) -> float | None:
        """Return the lowest rate of a tier."""
        return min((pair.rate for pair in self.tiers.get(tier, ())), default=None)

    def wait_s(self, tier: TierName) -> float:
        """Return 0: the windows are the wait."""
        del tier
        return 0.0

    @field_validator("measure")
    @classmethod
    def _failing(cls, name: str) -> str:
        known = [measure.name for measure in MEASURES.values() if "ratio" in measure.stats]
        if name in MEASURES and name not in known:
            raise ValueError(expected(name, known))
        return name

    @field_validator("objective")
    @classmethod
    def _share(cls, objective: Quantity) -> Quantity:
        if objective.sign not in {"%", ""} or not 0 < objective.value < 1:
            raise ValueError(f"got {objective.text!r}, expected a share below 100%, such as 99.5%")
        return objective

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, list[Burn]]) -> dict[TierName, list[Burn]]:
        return in_order({name: pairs for name, pairs in tiers.items() if pairs}, TIERS)

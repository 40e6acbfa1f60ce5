"""A rule as the user writes it: a measure, its tiers, and what to say."""

from __future__ import annotations

import itertools
import re
from typing import Annotated, Final, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from spanwise_alerts import wording
from spanwise_alerts.faults import Path, expected
from spanwise_alerts.quantity import Quantity, quantity, seconds
from spanwise_schema.measures import MEASURES, Measure

TierName = Literal["info", "warning", "critical"]
TIERS: Final[tuple[TierName, ...]] = ("info", "warning", "critical")
"""From the mildest to the gravest."""

MAX_WINDOW_S: Final = 2 * 86400.0
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}")
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")

Duration = Annotated[float, BeforeValidator(seconds)]
Amount = Annotated[Quantity, PlainValidator(quantity)]


class Section(BaseModel):
    """A part of the configuration: frozen, and no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def refuse(found: list[tuple[Path, str]]) -> None:
    """Raise all of these (path below here, message) as one validation error, or do nothing if there is none."""
    lines = [
        InitErrorDetails(type=PydanticCustomError("value_error", "{text}", {"text": text}), loc=path, input=None)
        for path, text in found
    ]
    if lines:
        raise ValidationError.from_exception_data("rule", lines)


class Tier(Section):
    """One tier: beyond which value it holds, for how long, and where it is over."""

    above: Amount | None = Field(default=None, description="the threshold; a value on it is no breach")
    below: Amount | None = Field(default=None, description="the threshold, from the other side")
    for_s: Duration = Field(default=0.0, alias="for", description="how long the value must be beyond it")
    clear_below: Amount | None = Field(default=None, description="where a tier with `above` is over; its threshold")
    clear_above: Amount | None = Field(default=None, description="where a tier with `below` is over; its threshold")

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("expected either `above` or `below`, and not both")
        found: list[tuple[Path, str]] = []
        if self.above is not None and self.clear_above is not None:
            found.append((("clear_above",), "goes with `below`; a tier with `above` clears by `clear_below`"))
        if self.below is not None and self.clear_below is not None:
            found.append((("clear_below",), "goes with `above`; a tier with `below` clears by `clear_above`"))
        if self.above and self.clear_below and self.clear_below.value > self.above.value:
            found.append((("clear_below",), f"got {self.clear_below.text!r}, expected at most the value of `above`"))
        if self.below and self.clear_above and self.clear_above.value < self.below.value:
            found.append((("clear_above",), f"got {self.clear_above.text!r}, expected at least the value of `below`"))
        refuse(found)
        return self

    @property
    def threshold(self) -> Quantity:
        """The value beyond which the tier holds."""
        bound = self.above if self.above is not None else self.below
        assert bound is not None
        return bound

    def breached(self, value: float) -> bool:
        """Whether a value is beyond the threshold."""
        return value > self.threshold.value if self.above is not None else value < self.threshold.value

    def cleared(self, value: float) -> bool:
        """Whether a value ends the tier once it holds: back beyond `clear_*`, else merely no breach."""
        if self.clear_below is not None:
            return value < self.clear_below.value
        if self.clear_above is not None:
            return value > self.clear_above.value
        return not self.breached(value)


class Rule(Section):
    """A threshold rule: one measure, grouped, against one to three tiers."""

    name: str = Field(description="the alert's name; no two rules have the same", examples=["llm-latency"])
    measure: str = Field(description="of the catalogue: GET /api/v1/measures", examples=["llm.duration"])
    stat: str = Field(
        description="count sum rate mean p50 p90 p95 p99 max ratio, as the measure allows", examples=["p95"]
    )
    by: tuple[str, ...] = Field(
        default=(), description="one alert for each; without it one for all", examples=[["provider", "model"]]
    )
    where: dict[str, str] = Field(
        default_factory=dict[str, str], description="only these; without it all", examples=[{"environment": "prod"}]
    )
    window_s: Duration = Field(
        default=300.0, alias="window", gt=0, description="how far back each evaluation looks", examples=["5m"]
    )
    min_count: int = Field(
        default=1, ge=1, description="on fewer observations nothing is breached (default 1)", examples=[20]
    )
    tiers: dict[TierName, Tier] = Field(
        description="info, warning, critical; each with `above` or `below`",
        examples=[
            {
                "warning": {"above": "8s", "for": "2m"},
                "critical": {"above": "15s", "for": "1m", "clear_below": "12s"},
            }
        ],
    )
    keep_firing_for_s: Duration = Field(
        default=0.0, alias="keep_firing_for", description="how long a tier holds on (default 0s)", examples=["2m"]
    )
    summary: str = Field(
        default="{{ rule }} is {{ value }} (threshold {{ threshold }})",
        description="one line, the subject of a mail; a Jinja2 template",
        examples=["{{ model }} p95 is {{ value }}"],
    )
    description: str = Field(default="", description="more words", examples=["{{ count }} calls in {{ window }}."])
    runbook: str = Field(
        default="", description="a link for whoever is woken", examples=["https://example.com/runbooks/llm-latency"]
    )
    labels: dict[str, str] = Field(
        default_factory=dict[str, str], description="added to every alert", examples=[{"team": "agents"}]
    )

    @property
    def unit(self) -> str:
        """The unit of the rule's values, as the collector names it."""
        return unit_of(MEASURES[self.measure], self.stat)

    @property
    def shown_unit(self) -> str:
        """The unit in which values are told: `%` for a share, else `unit`."""
        return _shown(self.unit, self.stat)

    @field_validator("name")
    @classmethod
    def _named(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"got {name!r}, expected up to 100 letters, digits and _ . : -, such as llm-latency")
        return name

    @field_validator("measure")
    @classmethod
    def _measured(cls, name: str) -> str:
        if name not in MEASURES:
            raise ValueError(expected(name, MEASURES))
        return name

    @field_validator("stat")
    @classmethod
    def _stated(cls, stat: str, info: ValidationInfo) -> str:
        measure = _measure(info)
        if measure and stat not in measure.stats:
            raise ValueError(expected(stat, measure.stats))
        return stat

    @field_validator("by", "where")
    @classmethod
    def _dimensions(cls, names: tuple[str, ...] | dict[str, str], info: ValidationInfo) -> object:
        measure = _measure(info)
        if measure:
            keyed = isinstance(names, dict)
            refuse([
                ((name if keyed else place,), expected(name, measure.dimensions))
                for place, name in enumerate(names) if name not in measure.dimensions
            ])  # fmt: skip
        return names

    @field_validator("where")
    @classmethod
    def _sendable(cls, where: dict[str, str]) -> dict[str, str]:
        refuse([((name,), f"got {value!r}, expected no comma") for name, value in where.items() if "," in value])
        return where

    @field_validator("window_s")
    @classmethod
    def _kept(cls, window_s: float) -> float:
        if window_s > MAX_WINDOW_S:
            raise ValueError("expected at most 2d: the collector keeps no live window that is longer")
        return window_s

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Tier], info: ValidationInfo) -> dict[TierName, Tier]:
        if not tiers:
            raise ValueError(f"expected at least one of {', '.join(TIERS)}")
        measure, stat = _measure(info), info.data.get("stat")
        refuse(_misfits(tiers, _shown(unit_of(measure, stat), stat)) if measure and isinstance(stat, str) else [])
        refuse(_disorder(tiers))
        return {name: tiers[name] for name in TIERS if name in tiers}

    @field_validator("summary", "description")
    @classmethod
    def _sayable(cls, text: str, info: ValidationInfo) -> str:
        fault = wording.fault_in(text, info.data.get("by", ())) if "by" in info.data else ""
        if fault:
            raise ValueError(fault)
        return text

    @field_validator("runbook")
    @classmethod
    def _linked(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError(f"got {url!r}, expected a link that begins with https:// or http://")
        return url

    @field_validator("labels")
    @classmethod
    def _own(cls, labels: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        taken = {"alertname", *info.data.get("by", ())}
        refuse([
            ((name,), "is taken: every alert has it already" if name in taken else "expected letters, digits and _")
            for name in labels if name in taken or not _LABEL.fullmatch(name)
        ])  # fmt: skip
        return labels


def unit_of(measure: Measure, stat: str) -> str:
    """Name the unit that a statistic of a measure has: the measure's; `1` for a share or a count of values."""
    countable = measure.unit in {"{call}", "{run}", "{error}"}
    if stat == "ratio" or (stat == "count" and not countable):
        return "1"
    return f"{measure.unit}/s" if stat == "rate" else measure.unit


def _shown(unit: str, stat: str) -> str:
    return "%" if stat == "ratio" else unit


def _measure(info: ValidationInfo) -> Measure | None:
    return MEASURES.get(info.data.get("measure", ""))


def _misfits(tiers: dict[TierName, Tier], unit: str) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    for name, tier in tiers.items():
        for key in ("above", "below", "clear_below", "clear_above"):
            amount = getattr(tier, key)
            if amount is not None and (text := _misfit(amount, unit)):
                found.append(((name, key), text))
    return found


def _misfit(amount: Quantity, unit: str) -> str:
    match unit:
        case "s" if amount.sign != "s" and amount.value != 0:
            wanted = "a duration with its unit, such as 8s or 500ms"
        case "%" if amount.sign not in {"%", ""} or not 0 <= amount.value <= 1:
            wanted = "a share, such as 5% or 0.05"
        case "USD" | "USD/s" if amount.sign not in {"$", ""}:
            wanted = "an amount of dollars, such as $0.5"
        case "s" | "%" | "USD" | "USD/s":
            return ""
        case _ if amount.sign:
            wanted = "a plain number, such as 50000"
        case _:
            return ""
    return f"got {amount.text!r}, expected {wanted}"


def _disorder(tiers: dict[TierName, Tier]) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    present = [(name, tiers[name]) for name in TIERS if name in tiers]
    for (milder, before), (graver, tier) in itertools.pairwise(present):
        side = "above" if tier.above is not None else "below"
        if (before.above is None) != (tier.above is None):
            found.append(((graver, side), f"expected the side that tier `{milder}` has"))
        elif not before.breached(tier.threshold.value):
            found.append(((graver, side), f"got {tier.threshold.text!r}, expected it beyond tier `{milder}`"))
    return found

"""`kind: promql`: an expression of the user's own, asked of a Prometheus-compatible server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from spanwise_alerts.faults import Path
from spanwise_alerts.rule import COLLECTOR, TIERS, Rule, TierName, refuse
from spanwise_alerts.rules.bounds import Tier, disorder, misfits
from spanwise_alerts.rules.measured import in_order

UNITS: Final[dict[str, str]] = {"s": "s", "%": "%", "USD": "USD", "tokens": "{token}", "calls": "{call}", "": "1"}


class Promql(Rule):
    """The value of an expression; each of its series is an alert."""

    kind: Literal["promql"] = Field(description="an expression for Prometheus", examples=["promql"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    promql: str = Field(min_length=1, description="the expression", examples=["sum by (job) (up == 0)"])
    told_in: Literal["s", "%", "USD", "tokens", "calls", ""] = Field(
        default="", alias="unit", description="the unit of its value: s % USD tokens calls; a bare number without"
    )
    tiers: dict[TierName, Tier] = Field(description="info, warning, critical; each with `above` or `below`")

    @property
    def unit(self) -> str:
        """The unit as the catalogue writes it."""
        return "1" if self.told_in == "%" else UNITS[self.told_in]

    @property
    def shown_unit(self) -> str:
        """The unit as it is told."""
        return UNITS[self.told_in]

    @property
    def measured(self) -> tuple[str, str]:
        """The expression."""
        return self.promql, ""

    def threshold_of(self, tier: TierName) -> float | None:
        """Return the bound of a tier."""
        return self.tiers[tier].threshold.value if tier in self.tiers else None

    @classmethod
    def _beside(cls, raw: Mapping[str, Any]) -> list[tuple[Path, str]]:
        found: list[tuple[Path, str]] = []
        if raw.get("source", COLLECTOR) == COLLECTOR:
            found.append((("source",), "expected the name of a Prometheus of `alerts.sources`: the collector has none"))
        return [*super()._beside(raw), *found]

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Tier], info: ValidationInfo) -> dict[TierName, Tier]:
        ordered = in_order(tiers, TIERS)
        refuse(misfits(ordered, UNITS[info.data.get("told_in", "")]))
        refuse(disorder(ordered))
        return ordered

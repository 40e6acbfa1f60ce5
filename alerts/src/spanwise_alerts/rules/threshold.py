"""`kind: threshold`: a statistic of a measure beyond a bound."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from spanwise_alerts.rule import TIERS, TierName, refuse
from spanwise_alerts.rules.bounds import Tier, disorder, misfits
from spanwise_alerts.rules.measured import Measured, in_order, shown, stat_of, unit_of
from spanwise_schema.measures import MEASURES

NoData = Literal["ok", "alert", "keep"]


class Threshold(Measured):
    """One measure, grouped, against one to three tiers."""

    kind: Literal["threshold"] = Field(  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
        default="threshold", description="what is judged, and how (default threshold)", examples=["threshold"]
    )
    stat: str = Field(
        description="count sum rate mean p50 p90 p95 p99 max ratio, as the measure allows", examples=["p95"]
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
    no_data: NoData = Field(
        default="ok", description="what silence is: ok, alert or keep (default ok)", examples=["ok"]
    )

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

    def threshold_of(self, tier: TierName) -> float | None:
        """Return the bound of a tier."""
        return self.tiers[tier].threshold.value if tier in self.tiers else None

    _stated = field_validator("stat")(stat_of)

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Tier], info: ValidationInfo) -> dict[TierName, Tier]:
        ordered = in_order(tiers, TIERS)
        measure, stat = MEASURES.get(info.data.get("measure", "")), info.data.get("stat")
        refuse(misfits(ordered, shown(measure, stat)) if measure and isinstance(stat, str) else [])
        refuse(disorder(ordered))
        return ordered

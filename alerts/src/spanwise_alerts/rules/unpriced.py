"""`kind: unpriced`: calls of models whose price is not known; they are in no sum of money."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from spanwise_alerts.rule import TIERS, TierName, refuse
from spanwise_alerts.rules.bounds import Tier, disorder, misfits
from spanwise_alerts.rules.measured import Measured, in_order


def _any() -> dict[TierName, Tier]:
    return {"warning": Tier.model_validate({"above": 0})}


class Unpriced(Measured):
    """The number of calls without a price."""

    kind: Literal["unpriced"] = Field(description="calls without a price", examples=["unpriced"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    measure: Literal["llm.unpriced"] = Field(default="llm.unpriced", description="the only one")  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    by: tuple[str, ...] = Field(
        default=("provider", "model"), description="one alert for each (default provider, model)"
    )
    tiers: dict[TierName, Tier] = Field(
        default_factory=_any, description="each with `above`; without it a warning above 0"
    )
    summary: str = Field(default="{{ value }} have no price, so their cost is in no number", description="one line")

    @property
    def unit(self) -> str:
        """Calls."""
        return "{call}"

    @property
    def measured(self) -> tuple[str, str]:
        """Unpriced calls, counted."""
        return self.measure, "count"

    def threshold_of(self, tier: TierName) -> float | None:
        """Return the bound of a tier."""
        return self.tiers[tier].threshold.value if tier in self.tiers else None

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Tier]) -> dict[TierName, Tier]:
        ordered = in_order(tiers, TIERS)
        refuse(misfits(ordered, "{call}"))
        refuse(disorder(ordered))
        return ordered

"""`kind: unanswered`: a source of numbers does not answer, so its rules are blind."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from spanwise_alerts.rule import TIERS, Held, Rule, TierName
from spanwise_alerts.rules.measured import in_order


class Waiting(Held):
    """One tier: for how long the source must not answer."""


def _usual() -> dict[TierName, Waiting]:
    return {"critical": Waiting.model_validate({"for": "1m"})}


class Unanswered(Rule):
    """The source of the rule cannot be asked."""

    kind: Literal["unanswered"] = Field(description="a source does not answer", examples=["unanswered"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    tiers: dict[TierName, Waiting] = Field(
        default_factory=_usual, description="each with `for`; without it critical after 1m"
    )
    summary: str = Field(default="{{ rule }}: no answer for {{ value }}", description="one line")

    @property
    def unit(self) -> str:
        """Seconds without an answer."""
        return "s"

    def threshold_of(self, tier: TierName) -> float | None:
        """Return how long a tier waits."""
        return self.tiers[tier].for_s if tier in self.tiers else None

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Waiting]) -> dict[TierName, Waiting]:
        return in_order(tiers, TIERS)

"""`kind: dead_man`: always fires, so that whoever listens notices when nothing comes any more."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from spanwise_alerts.rule import TIERS, Held, Rule, TierName
from spanwise_alerts.rules.measured import in_order


class Beat(Held):
    """The tier that always holds."""


def _info() -> dict[TierName, Beat]:
    return {"info": Beat()}


class DeadMan(Rule):
    """A heartbeat: an alert that never ends."""

    kind: Literal["dead_man"] = Field(description="a heartbeat", examples=["dead_man"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    tiers: dict[TierName, Beat] = Field(default_factory=_info, description="the tier it has (default info)")
    summary: str = Field(default="the alert manager works", description="one line")

    @field_validator("tiers")
    @classmethod
    def _one(cls, tiers: dict[TierName, Beat]) -> dict[TierName, Beat]:
        if len(tiers) > 1:
            raise ValueError(f"got {', '.join(tiers)}, expected one tier: it never changes")
        return in_order(tiers, TIERS)

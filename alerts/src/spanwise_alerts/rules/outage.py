"""`kind: outage`: several agents break at one provider or model at once, while others do not."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from spanwise_alerts.faults import Path
from spanwise_alerts.quantity import Quantity, quantity
from spanwise_alerts.rule import TIERS, Amount, Duration, Held, TierName, refuse
from spanwise_alerts.rules.measured import Measured, in_order


class Reach(Held):
    """One tier: how many agents must break."""

    agents: int = Field(ge=2, description="from so many agents on it holds", examples=[3])


def _usual() -> dict[TierName, Reach]:
    return {"critical": Reach(agents=3)}


class Outage(Measured):
    """The agents that break at a provider, or at one model of it, told as one alert with its victims inside."""

    words: ClassVar[tuple[str, ...]] = ("where", "agents", "users", "victims", "failing", "errors", "well")

    kind: Literal["outage"] = Field(description="a provider or model that breaks for many agents", examples=["outage"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    measure: Literal["llm.errors"] = Field(default="llm.errors", description="the only one")  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    by: tuple[str, ...] = Field(default=("provider", "model"), description="always provider and model")
    window_s: Duration = Field(
        default=120.0, alias="window", ge=10, le=3600, description="how far back calls are looked at (default 2m)"
    )
    min_count: int = Field(
        default=5, ge=1, description="an agent with fewer calls of a model says nothing about it (default 5)"
    )
    failing: Amount = Field(
        default=quantity("20%"),
        description="an agent breaks where so many of its calls fail, and twice as many as usual (default 20%)",
    )  # fmt: skip
    share: Amount = Field(
        default=quantity("50%"),
        description="so many of the agents that use it must break (default 50%)",
    )  # fmt: skip
    grace_s: Duration = Field(
        default=300.0, alias="grace", description="its victims stay quiet so long after it ends (default 5m)"
    )
    tiers: dict[TierName, Reach] = Field(
        default_factory=_usual, description="each with `agents`; without it critical from 3 on"
    )
    keep_firing_for_s: Duration = Field(
        default=120.0, alias="keep_firing_for", description="how long a tier holds on (default 2m)"
    )
    summary: str = Field(
        default="{{ where }} fails for {{ agents }} of {{ users }} agents ({{ failing }} of their calls)",
        description="one line",
    )
    description: str = Field(
        default="Agents: {{ victims }}. Errors: {{ errors }}. Well: {{ well }}.", description="more words"
    )

    @property
    def unit(self) -> str:
        """Agents."""
        return "{agent}"

    @property
    def measured(self) -> tuple[str, str]:
        """Failed calls, as a share."""
        return self.measure, "ratio"

    def threshold_of(self, tier: TierName) -> float | None:
        """Return the number of agents."""
        return float(self.tiers[tier].agents) if tier in self.tiers else None

    @classmethod
    def _beside(cls, raw: Mapping[str, Any]) -> list[tuple[Path, str]]:
        found = super()._beside({key: value for key, value in raw.items() if key != "by"})
        if "by" in raw and tuple(raw["by"] or ()) != ("provider", "model"):
            found.append((("by",), f"got {raw['by']!r}, expected none: an outage is of a provider or a model"))
        return found

    @field_validator("failing", "share")
    @classmethod
    def _part(cls, amount: Quantity) -> Quantity:
        if amount.sign != "%" or not 0 < amount.value <= 1:
            raise ValueError(f"got {amount.text!r}, expected a share such as 20%")
        return amount

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Reach]) -> dict[TierName, Reach]:
        ordered = in_order(tiers, TIERS)
        refuse([
            ((name, "agents"), f"got {tier.agents}, expected more than tier `{before}`")
            for (before, milder), (name, tier) in itertools.pairwise(ordered.items())
            if tier.agents <= milder.agents
        ])  # fmt: skip
        return ordered

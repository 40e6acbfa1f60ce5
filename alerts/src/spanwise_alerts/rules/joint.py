"""`kind: joint`: an agent that is not as it usually is, all of its numbers together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from spanwise_alerts.faults import Path, expected
from spanwise_alerts.rule import TIERS, Duration, Held, Rule, TierName, refuse
from spanwise_alerts.rules.measured import in_order
from spanwise_alerts.rules.seldom import Often, SoOften, not_rarer, often, one_of

_WHO: Final = ("service", "agent", "environment", "tenant")
_EVERY: Final = ("1m", "2m", "5m", "10m", "15m", "30m", "1h")
_LONGEST_S: Final = 28 * 86400.0


class Seldom(Held):
    """One tier: how seldom it may be wrong."""

    false_alarms: SoOften | None = Field(
        default=None, description="how often it may be wrong an agent; without it what the rule says",
        examples=["1/month"],
    )  # fmt: skip


def _usual() -> dict[TierName, Seldom]:
    return {"warning": Seldom()}


class Joint(Rule):
    """Each agent against how it usually is: latency, tokens, cost, errors, steps and tools together."""

    words: ClassVar[tuple[str, ...]] = ("features", "probability", "version")
    every_s: ClassVar[float] = 1.0

    kind: Literal["joint"] = Field(description="an agent as a whole", examples=["joint"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    by: tuple[str, ...] = Field(
        default=("service", "agent"), min_length=1, description=f"what an agent is: of {', '.join(_WHO)}"
    )
    where: dict[str, str] = Field(
        default_factory=dict[str, str], description="only these; without it all", examples=[{"environment": "prod"}]
    )
    bucket_s: Annotated[Duration, one_of(_EVERY)] = Field(
        default=300.0, alias="every", description=f"how long a stretch is: {', '.join(_EVERY)} (default 5m)",
        examples=["5m"],
    )  # fmt: skip
    min_count: int = Field(
        default=5, ge=1, description="stretches with fewer calls are not looked at (default 5)", examples=[20]
    )
    direction: Literal["up", "both"] = Field(
        default="up", description="what is unusual: only more than usual (up), or less too (both)", examples=["up"]
    )
    false_alarms: SoOften = Field(
        default=often("1/week"), description="how often it may be wrong an agent (default 1/week)", examples=["1/week"]
    )
    history_s: Duration = Field(
        default=7 * 86400.0, alias="history", ge=86400.0, le=_LONGEST_S,
        description="how far back it learns (default 7d, 1d to 28d)", examples=["14d"],
    )  # fmt: skip
    keep_firing_for_s: Duration = Field(
        default=600.0, alias="keep_firing_for", description="how long a tier holds on (default 10m)", examples=["10m"]
    )
    tiers: dict[TierName, Seldom] = Field(
        default_factory=_usual, description="each with `false_alarms` and `for`; without it a warning",
        examples=[{"warning": {"false_alarms": "1/day"}}],
    )  # fmt: skip
    summary: str = Field(default="{{ rule }}: not as usual ({{ probability }}): {{ features }}", description="one line")

    @property
    def filters(self) -> tuple[tuple[str, str], ...]:
        """`where` as pairs."""
        return tuple(self.where.items())

    @property
    def looks_back_s(self) -> float:
        """The length of a stretch."""
        return self.bucket_s

    @property
    def measured(self) -> tuple[str, str]:
        """Calls of models, with what belongs to them."""
        return "llm.calls", "joint"

    @property
    def rarities(self) -> tuple[float, ...]:
        """The share of stretches that may alarm by chance, for each tier, the mildest first."""
        return tuple(min(self._often(tier).rate * self.bucket_s, 0.02) for tier in self.tiers.values())

    @property
    def shape(self) -> str:
        """What the rows are; what was learned from others does not fit."""
        return repr((self.by, sorted(self.filters), self.bucket_s, self.source, self.direction))

    def _often(self, tier: Seldom) -> Often:
        return tier.false_alarms or self.false_alarms

    @classmethod
    def _beside(cls, raw: Mapping[str, Any]) -> list[tuple[Path, str]]:
        found = super()._beside(raw)
        for key in ("by", "where"):
            names: object = raw.get(key)
            if isinstance(names, (list, tuple, dict)):
                listed = [str(name) for name in names]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - any YAML
                found += [
                    ((key, name if key == "where" else place), expected(name, _WHO))
                    for place, name in enumerate(listed)
                    if name not in _WHO
                ]
        return found

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Seldom]) -> dict[TierName, Seldom]:
        return in_order(tiers, TIERS)

    @model_validator(mode="after")
    def _graver_is_rarer(self) -> Self:
        refuse((("tiers", *path), text) for path, text in not_rarer(self.tiers, self._often))
        return self

"""Does an agent keep within its performance budgets?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from spanwise_schema.measures import MEASURES, Stat

Value = tuple[str, Stat]
"""A measure's name and the statistic asked of it."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a measure may be at most, in the measure's own unit."""

    name: str
    measure: str
    stat: Stat
    limit: float

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise ValueError(f"budget {self.name}: measure {self.measure!r} is none of {', '.join(MEASURES)}")
        stats = MEASURES[self.measure].stats
        if self.stat not in stats:
            raise ValueError(f"budget {self.name}: stat {self.stat!r} is none of {', '.join(stats)}")
        if not self.limit > 0:
            raise ValueError(f"budget {self.name}: limit {self.limit!r} should be a number above 0")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a value stands to its budget.

    Attributes:
        budget: the budget.
        value: what was measured; null where nothing was.
        used: value / limit; null where nothing was measured.
        kept: whether the value is at most the limit; null where nothing was measured.
    """

    budget: Budget
    value: float | None
    used: float | None
    kept: bool | None


BUDGETS: Final[tuple[Budget, ...]] = (
    Budget("run time", "run.duration", "p95", 15.0),
    Budget("model time", "llm.duration", "p95", 8.0),
    Budget("tool time", "tool.duration", "p95", 3.0),
    Budget("tokens of a run", "run.tokens", "max", 50_000),
    Budget("cost of a run", "run.cost", "max", 0.50),
    Budget("steps of a run", "run.steps", "max", 15),
)
"""Budgets to begin with: an interactive agent that a person waits for."""


def check(values: Mapping[Value, float | None], budgets: Iterable[Budget] = BUDGETS) -> list[Verdict]:
    """Hold measured values against budgets, one verdict a budget in the same order. A missing value is no breach."""
    return [_verdict(budget, values.get((budget.measure, budget.stat))) for budget in budgets]


def _verdict(budget: Budget, value: float | None) -> Verdict:
    if value is None:
        return Verdict(budget, None, None, None)
    return Verdict(budget, value, value / budget.limit, value <= budget.limit)

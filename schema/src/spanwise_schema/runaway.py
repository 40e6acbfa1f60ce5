"""When a run has run away: the signs of it, from where the collector looks closely, and the bounds by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign that a run has run away.

    Attributes:
        name: of the rule's key and of the API's parameter.
        unit: of its number.
        least: a bound may not be lower: below it the collector does not look.
        default: the bound where nobody says otherwise; null where the sign counts only when asked for.
        help: what its number is.
    """

    name: str
    unit: str
    least: float
    default: float | None
    help: str


MOST_PERIOD: Final = 6
"""So many turns may pass before a cycle begins anew."""

SIGNS: Final[tuple[Sign, ...]] = (
    Sign("repeats", "{turn}", 3, 5, "how often in a row the same tool calls with equal arguments came, or a cycle"),
    Sign("same_error", "{error}", 3, 8, "how often in a row the same tool or model failed in the same way"),
    Sign("no_progress", "{turn}", 3, None, "turns in a row that gave the same results, whatever the arguments"),
    Sign("cost_per_minute", "USD", 0.25, 10.0, "what the run spent within the last minute"),
    Sign("tokens_per_minute", "{token}", 50_000, None, "what the run's model calls told within the last minute"),
    Sign("context_growth", "1", 2, None, "input tokens of the last model call, divided by those of the first"),
    Sign("depth", "{run}", 3, None, "agents and tools around the deepest call that is known"),
    Sign("fan_out", "{run}", 8, None, "agents and tools below the run that call models or tools themselves"),
)
"""The first that holds names the runaway."""

BY_NAME: Final[dict[str, Sign]] = {sign.name: sign for sign in SIGNS}

PATIENT: Final = 10
"""What may be no loop (it waits, its results change, no model is asked in between) needs so many times the repeats."""
CONTEXT_TOKENS: Final = 32_000
"""A context that is smaller has not grown, whatever it began with."""

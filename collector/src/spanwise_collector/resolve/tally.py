"""What was told twice: how often, and the tokens and the money that it would have added."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

Reason = Literal["response_id", "nested", "total", "replayed", "signal"]
"""The same response id; one call around another; the sum that an agent told of calls; an answer from a cache; a span,
an event or a metric of what another signal told first.
"""


@dataclass(slots=True)
class Tally:
    """Counts since ever, by reason. One thread adds, any thread reads."""

    spans: Counter[str] = field(default_factory=Counter[str])
    tokens: Counter[str] = field(default_factory=Counter[str])
    cost_pico_usd: Counter[str] = field(default_factory=Counter[str])

    def add(self, reason: Reason, spans: int, tokens: int, cost_pico_usd: int) -> None:
        """Count what is left out."""
        if not (spans or tokens or cost_pico_usd):
            return
        self.spans[reason] += spans
        self.tokens[reason] += tokens
        self.cost_pico_usd[reason] += cost_pico_usd

    def dump(self) -> dict[str, Any]:
        """Give what a checkpoint keeps."""
        return {
            "spans": dict(self.spans),
            "tokens": dict(self.tokens),
            "cost_pico_usd": dict(self.cost_pico_usd),
        }

    def load(self, dumped: dict[str, Any]) -> None:
        """Take up what a checkpoint kept."""
        self.spans, self.tokens, self.cost_pico_usd = (
            Counter(dumped[name]) for name in ("spans", "tokens", "cost_pico_usd")
        )

"""How the demo's provider behaves at the moment: how long its models take, and what it refuses."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

SLOW_MODEL: Final = "gpt-4o"
REFUSING_MODEL: Final = "gpt-4o-mini"
UNPRICED_MODEL: Final = "house-7b-instruct"
"""No price table knows it, so its calls show as unpriced and cost nothing in any sum."""

MODELS: Final[dict[str, float]] = {SLOW_MODEL: 0.40, REFUSING_MODEL: 0.15, UNPRICED_MODEL: 0.20}
"""The median duration in seconds of an answer, by model."""

_SPREAD: Final = 0.25
_SLOWER: Final = 8.0
_LONGEST_S: Final = 4.5
_REFUSED: Final = 0.45


@dataclass(slots=True)
class Weather:
    """What the provider does to a request; `faulty` switches the latency spike and the 429s on."""

    rng: random.Random
    faulty: bool = field(default=False)

    def duration_s(self, model: str) -> float:
        """Draw how long an answer takes: log-normal around the model's median, eight times slower in the fault."""
        median_s = MODELS[model] * (_SLOWER if self.faulty and model == SLOW_MODEL else 1.0)
        return min(median_s * self.rng.lognormvariate(0.0, _SPREAD), _LONGEST_S)

    def refuses(self, model: str) -> bool:
        """Draw whether a request is answered with 429."""
        return self.faulty and model == REFUSING_MODEL and self.rng.random() < _REFUSED

"""Make values comparable: their noise is alike at all sizes, and a point of few observations weighs less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["amount", "count", "share"]

_HALF_SURE: Final = 30.0
"""Observations at which a percentile or a mean has as much noise of its own as the series has anyway."""


@dataclass(frozen=True, slots=True)
class Transform:
    """How values of one kind become numbers with even noise.

    Attributes:
        kind: `amount` (durations, tokens, money: their noise grows with their size, so the logarithm is taken), `count`
            (events in a window: the root after Anscombe has a noise of 1 where they come by chance), `share` (failed of
            all: the arc sine of the root, weighed by the number of observations, likewise).
        offset: of amounts: below it, differences are of no interest; in the measure's unit.
    """

    kind: Kind
    offset: float = 0.01

    @property
    def least_scale(self) -> float:
        """The least noise that is assumed: 5 % of an amount; what chance alone does to a count or a share."""
        return 0.05 if self.kind == "amount" else 1.0

    def forward(self, value: Floats, count: Floats) -> tuple[Floats, Floats]:
        """Return the transformed values and the weight of their residuals; `count` is the observations of a point."""
        match self.kind:
            case "amount":
                return np.log(np.maximum(value, 0.0) + self.offset), np.sqrt(count / (count + _HALF_SURE))
            case "count":
                return 2.0 * np.sqrt(np.maximum(value, 0.0) + 0.375), np.ones_like(value)
            case "share":
                return np.arcsin(np.sqrt(np.clip(value, 0.0, 1.0))), 2.0 * np.sqrt(np.maximum(count, 1.0))

    def backward(self, number: Floats) -> Floats:
        """Return the values of transformed numbers."""
        match self.kind:
            case "amount":
                return np.maximum(np.exp(np.clip(number, -50.0, 50.0)) - self.offset, 0.0)
            case "count":
                return np.maximum(np.square(np.maximum(number, 0.0) / 2.0) - 0.375, 0.0)
            case "share":
                return np.square(np.sin(np.clip(number, 0.0, np.pi / 2)))

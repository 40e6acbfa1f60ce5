"""Make values comparable: their noise is alike at all sizes, and a point of few observations weighs less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from spanwise_alerts.detect.anomaly.counts import Floats, events, failures

Kind = Literal["amount", "count", "share"]

_HALF_SURE: Final = 30.0
"""Observations at which a percentile or a mean has as much noise of its own as the series has anyway."""

_COUNTED: Final = frozenset({"{call}", "{run}", "{error}"})
_OFFSETS: Final = {"s": 0.01, "USD": 0.001, "{token}": 10.0, "1": 0.01}
"""Below so much, differences of amounts of these units are of no interest: 10 ms, a tenth of a cent, 10 tokens."""


@dataclass(frozen=True, slots=True)
class Transform:
    """How values of one kind become numbers with even noise.

    Attributes:
        kind: `amount` (durations, tokens, money: their noise grows with their size, so the logarithm is taken), `count`
            (events in a window: the root after Anscombe has a noise of 1 where they come by chance), `share` (failed of
            all: the arc sine of the root, weighed by the number of observations, likewise).
        offset: of amounts: below it, differences are of no interest; in the measure's unit.
        averaged: of amounts: whether a point is a mean or a percentile, which few observations tell badly; else a sum.
    """

    kind: Kind
    offset: float = 0.01
    averaged: bool = True

    @property
    def from_nothing(self) -> bool:
        """Whether no observations are a value: none were counted, or nothing was spent."""
        return self.kind == "count" or not self.averaged

    @property
    def least_scale(self) -> float:
        """The least noise that is assumed: 5 % of an amount; what chance alone does to a count or a share."""
        return 0.05 if self.kind == "amount" else 1.0

    def forward(self, value: Floats, count: Floats) -> tuple[Floats, Floats]:
        """Return the transformed values and the weight of their residuals; `count` is the observations of a point."""
        match self.kind:
            case "amount":
                weight = np.sqrt(count / (count + _HALF_SURE)) if self.averaged else np.ones_like(value)
                return np.log(np.maximum(value, 0.0) + self.offset), weight
            case "count":
                return 2.0 * np.sqrt(np.maximum(value, 0.0) + 0.375), np.ones_like(value)
            case "share":
                return np.arcsin(np.sqrt(np.clip(value, 0.0, 1.0))), 2.0 * np.sqrt(np.maximum(count, 1.0))

    def deviations(self, value: Floats, count: Floats, expected: Floats, scale: Floats) -> Floats:
        """Return how far out single points are, by the tail of what they count; of amounts nothing is counted.

        Args:
            value: as in `forward`, as is `count`.
            count: observations behind each value.
            expected: transformed.
            scale: their noise over what chance alone does.
        """
        match self.kind:
            case "count":
                return events(value, _events_of(expected), np.square(scale))
            case "share":
                return failures(value * count, count, self.backward(expected)) / scale
            case "amount":
                raise ValueError("amounts are not counted")

    def backward(self, number: Floats) -> Floats:
        """Return the values of transformed numbers."""
        match self.kind:
            case "amount":
                return np.maximum(np.exp(np.clip(number, -50.0, 50.0)) - self.offset, 0.0)
            case "count":
                return np.maximum(np.square(np.maximum(number, 0.0) / 2.0) - 0.375, 0.0)
            case "share":
                return np.square(np.sin(np.clip(number, 0.0, np.pi / 2)))


def transform_of(unit: str, stat: str) -> Transform:
    """Choose how the statistic of a measure of this unit is transformed."""
    if stat == "ratio":
        return Transform("share")
    if stat == "count" or (stat == "sum" and unit in _COUNTED):
        return Transform("count")
    return Transform("amount", _OFFSETS.get(unit, 1.0), averaged=stat != "sum")


def _events_of(number: Floats) -> Floats:
    """Return the mean of counts whose transformed mean this is, without bias (Mäkitalo and Foi 2011)."""
    d = np.maximum(number, 2.0 * np.sqrt(0.375))
    root = np.sqrt(1.5)
    return np.maximum(d**2 / 4.0 + root / 4.0 / d - 11.0 / 8.0 / d**2 + 5.0 / 8.0 * root / d**3 - 0.125, 0.0)

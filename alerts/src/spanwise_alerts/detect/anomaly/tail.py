"""How high a score must be to be as rare as was asked: from the series' own highest scores.

Peaks over a threshold: what lies above a high quantile of a series' scores follows a generalised Pareto distribution
(Pickands 1975; Siffer et al. 2017, "Anomaly detection in streams with extreme value theory"). Its two parameters come
from the first two moments of the excesses. A young series begins with the tail of the normal distribution.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Final

import numpy as np

from spanwise_alerts.detect.anomaly.columns import Column, Columns
from spanwise_alerts.detect.anomaly.counts import Floats
from spanwise_alerts.detect.anomaly.season import Rows

_SHARE: Final = 0.02
"""The share of points whose score lies above the quantile."""

_FIRST_QUANTILE: Final = NormalDist().inv_cdf(1 - _SHARE)
_FIRST_EXCESS: Final = 0.37
"""The mean excess of a normal score above that quantile."""

_KNOWN: Final = 20.0
"""How many excesses the normal tail counts for."""

_LEAST_GAIN: Final = 0.01
_QUANTILE_STEP: Final = 0.02
_LIGHTEST: Final = 0.001
"""As good as an exponential tail."""

_HEAVIEST: Final = 0.35
"""The heaviest tail that is believed: a heavier one would never alarm."""

_LAYOUT: Final = {
    "quantile": Column(_FIRST_QUANTILE), "mean": Column(_FIRST_EXCESS), "square": Column(2.0 * _FIRST_EXCESS**2),
    "seen": Column(),
}  # fmt: skip


class Tail:
    """The tails of the scores of many series.

    Scores that are alike from point to point tell less: each counts as `weight` of one (1 where they are independent).
    """

    def __init__(self, capacity: int, weight: float) -> None:
        self.columns = Columns(_LAYOUT, capacity)
        self._weight = weight

    def threshold(self, rows: Rows, rarity: float) -> Floats:
        """Return the score that a share of `rarity` of all points exceeds; never less than the normal tail says."""
        own = self.columns
        shape, width = self._pareto(rows)
        beyond = ((_SHARE / rarity) ** shape - 1.0) / shape
        return np.maximum(own["quantile"][rows] + width * beyond, NormalDist().inv_cdf(1 - rarity))

    def rarity(self, rows: Rows, score: Floats) -> Floats:
        """Return the share of points that have at least this score, as far as the series' history tells."""
        own = self.columns
        shape, width = self._pareto(rows)
        excess = np.maximum(score - own["quantile"][rows], 0.0) / width
        return _SHARE * (1.0 + shape * excess) ** (-1.0 / shape)

    def learn(self, rows: Rows, score: Floats, most: Floats) -> None:
        """Take in one score of each series, none counted higher than `most`."""
        own = self.columns
        score = np.minimum(score, most)
        quantile = own["quantile"][rows]
        over = score > quantile
        step = _QUANTILE_STEP * own["mean"][rows]
        own["quantile"][rows] = np.maximum(quantile + step * (over - _SHARE), 0.5)
        high = rows[over]
        excess = score[over] - quantile[over]
        own["seen"][high] += self._weight
        gain = self._weight * np.maximum(1.0 / (own["seen"][high] + _KNOWN), _LEAST_GAIN)
        own["mean"][high] += gain * (excess - own["mean"][high])
        own["square"][high] += gain * (excess**2 - own["square"][high])

    def _pareto(self, rows: Rows) -> tuple[Floats, Floats]:
        """Return shape and width of the distribution of excesses, from their moments (Hosking and Wallis 1987)."""
        own = self.columns
        mean, square = own["mean"][rows], own["square"][rows]
        variance = np.maximum(square - mean**2, 1e-12)
        shape = np.clip(0.5 * (1.0 - mean**2 / variance), _LIGHTEST, _HEAVIEST)
        return shape, mean * (1.0 - shape)

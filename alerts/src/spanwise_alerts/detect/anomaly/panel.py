"""Many series watched at once: what each was expected to be, how unusual it is, and whether that is an anomaly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from spanwise_alerts.detect.anomaly.season import Rows, Season
from spanwise_alerts.detect.anomaly.tail import Tail
from spanwise_alerts.detect.anomaly.transform import Floats, Transform

Direction = Literal["up", "down", "both"]

_FILTERS: Final = (1.0, 0.4, 0.1)
"""How much the newest point counts in each moving mean of the residuals: a spike, a step, a slow drift."""

_WARM: Final = 120
"""Points before which nothing is called unusual."""

_SCALE_HALF_LIFE_S: Final = 86400.0
_CLIP: Final = 3.0
"""Residuals beyond so many scales are learned as if they lay there."""

_CAUTION: Final = 0.1
"""How much a point counts while its series is unusual …"""

_NEW_NORMAL_S: Final = 86400.0
"""… and after how long it is the new normal."""

_GAP_STEPS: Final = 5.0
_AFTER_GAP: Final = 3
"""Points after a gap that only warm the moving means up: a restart is no anomaly."""

_LESSON: Final = 0.05
"""How much higher every threshold of a series gets (as a logarithm) with each anomaly beyond what was asked for …"""

_STRICTEST: Final = 0.4
"""… and at most."""

_FURTHEST: Final = 20.0
"""Residuals beyond so many scales are as unusual as this."""

_OVER: Final = 0.5
"""An anomaly is over where every score is below this share of its threshold."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is found about one point of each series asked for; all arrays are in the order asked.

    Attributes:
        expected: what was expected; `low` and `high` bound what would not be unusual; in the measure's unit.
        rarity: the share of points that are as unusual as this one, as far as the series' own history tells.
        strength: the score over its threshold: above 1 is an anomaly.
        unusual: whether the series is unusual now; from its first anomaly until it is calm again.
    """

    expected: Floats
    low: Floats
    high: Floats
    rarity: Floats
    strength: Floats
    unusual: NDArray[np.bool_]


class Panel:
    """Detectors of one rule: one row of arrays for each series.

    Source: exponentially weighted level and season (Holt-Winters, additive, on transformed values) with clipped
    residuals over a robust scale; thresholds from each series' own tail (`tail`).
    """

    def __init__(
        self, transform: Transform, *, step_s: float, rarity: float, direction: Direction = "both",
        least_effect: float = 0.1,
    ) -> None:  # fmt: skip
        """Watch points that are `step_s` apart.

        Args:
            transform: of the measure.
            step_s: seconds from one point to the next.
            rarity: the share of points that may alarm by chance.
            direction: what is an anomaly: too much, too little, or both.
            least_effect: changes of less than this share of what is expected are of no interest.
        """
        self._transform = transform
        self._step_s = step_s
        # a slow mean stays high for a while: its points beyond a threshold come in bursts, and a burst is one alarm
        self._rarities = [rarity / len(_FILTERS) / _weight(gain) for gain in _FILTERS]
        self._rarity = rarity
        self._direction = direction
        self._least_effect = least_effect
        self._alpha_scale = 1.0 - 0.5 ** (step_s / _SCALE_HALF_LIFE_S)
        self._rows: dict[object, int] = {}
        self._season = Season(step_s, 0)
        self._tails = [Tail(0, _weight(gain)) for gain in _FILTERS]
        self._strictness = np.zeros(0)
        self._scale = np.zeros(0)
        self._points = np.zeros(0, np.int64)
        self._since_gap = np.zeros(0, np.int64)
        self._last_s = np.zeros(0)
        self._unusual_s = np.zeros(0)
        self._means = np.zeros((0, len(_FILTERS)))

    def rows(self, names: Sequence[object]) -> Rows:
        """Return the rows of these series; one that is new gets a row."""
        rows = np.fromiter((self._rows.setdefault(name, len(self._rows)) for name in names), np.intp, len(names))
        if len(self._rows) > len(self._scale):
            self._grow(max(2 * len(self._scale), len(self._rows), 64))
        return rows

    def update(self, at_s: float, rows: Rows, value: Floats, count: Floats) -> Verdict:
        """Judge one point of each of these series, and learn from it.

        Args:
            at_s: when the points end, Unix time; later than the last time.
            rows: which series, each once.
            value: in the measure's unit; all finite.
            count: observations behind each.
        """
        seen, weight = self._transform.forward(value, count)
        first = self._points[rows] == 0
        expected = np.where(first, seen, self._season.expect(rows, at_s))
        scale = np.maximum(self._scale[rows], self._transform.least_scale)
        z = (seen - expected) * weight / scale
        means = self._filter(rows, at_s, z)
        scores = self._scores(means)
        thresholds = np.stack(
            [tail.threshold(rows, rarity) for tail, rarity in zip(self._tails, self._rarities, strict=True)], axis=1
        )
        thresholds *= np.exp(self._strictness[rows, None])
        strength = (scores / thresholds).max(axis=1)
        strength *= self._matters(expected, seen, self._means[rows, 1] * scale / weight)
        unusual = self._judge(rows, at_s, strength)
        rarity = self._rarity_of(rows, scores)
        self._learn(rows, at_s, seen, expected, weight, scores, thresholds)
        reach = thresholds[:, 0] * scale / weight
        low = self._transform.backward(expected - reach) if self._direction != "up" else np.full_like(expected, -np.inf)
        high = (
            self._transform.backward(expected + reach) if self._direction != "down" else np.full_like(expected, np.inf)
        )
        return Verdict(self._transform.backward(expected), low, high, rarity, strength, unusual)

    def _grow(self, capacity: int) -> None:
        more = capacity - len(self._scale)
        self._season.grow(capacity)
        for tail in self._tails:
            tail.grow(capacity)
        self._strictness = np.concatenate([self._strictness, np.zeros(more)])
        self._scale = np.concatenate([self._scale, np.zeros(more)])
        self._points = np.concatenate([self._points, np.zeros(more, np.int64)])
        self._since_gap = np.concatenate([self._since_gap, np.zeros(more, np.int64)])
        self._last_s = np.concatenate([self._last_s, np.full(more, -np.inf)])
        self._unusual_s = np.concatenate([self._unusual_s, np.full(more, np.nan)])
        self._means = np.concatenate([self._means, np.zeros((more, len(_FILTERS)))])

    def _filter(self, rows: Rows, at_s: float, z: Floats) -> Floats:
        gap = at_s - self._last_s[rows] > _GAP_STEPS * self._step_s
        self._since_gap[rows] = np.where(gap, 0, self._since_gap[rows] + 1)
        self._last_s[rows] = at_s
        means = np.where(gap[:, None], 0.0, self._means[rows])
        gains = np.array(_FILTERS)
        believed = np.where(self._since_gap[rows] < _AFTER_GAP, 1.0, _FURTHEST)
        means += gains * (np.clip(z, -believed, believed)[:, None] - means)
        self._means[rows] = means
        # a moving mean of independent residuals has this deviation
        return means / np.sqrt(gains / (2.0 - gains))

    def _scores(self, means: Floats) -> Floats:
        return np.abs(means) if self._direction == "both" else means if self._direction == "up" else -means

    def _matters(self, expected: Floats, seen: Floats, drift: Floats) -> NDArray[np.bool_]:
        usual = self._transform.backward(expected)
        furthest = np.where(np.abs(seen - expected) > np.abs(drift), seen, expected + drift)
        return np.abs(self._transform.backward(furthest) - usual) >= self._least_effect * usual

    def _judge(self, rows: Rows, at_s: float, strength: Floats) -> NDArray[np.bool_]:
        warm = (self._points[rows] >= _WARM) & (self._since_gap[rows] >= _AFTER_GAP)
        since_s = self._unusual_s[rows]
        was = ~np.isnan(since_s)
        unusual = warm & np.where(was, strength > _OVER, strength > 1.0)
        self._strictness[rows] += _LESSON * (unusual & ~was) - _LESSON * self._rarity
        self._strictness[rows] = np.clip(self._strictness[rows], 0.0, _STRICTEST)
        self._unusual_s[rows] = np.where(unusual, np.where(was, since_s, at_s), np.nan)
        return unusual

    def _rarity_of(self, rows: Rows, scores: Floats) -> Floats:
        each = [tail.rarity(rows, scores[:, i]) for i, tail in enumerate(self._tails)]
        return np.minimum(np.min(each, axis=0) * len(self._tails), 1.0)

    def _learn(
        self, rows: Rows, at_s: float, seen: Floats, expected: Floats, weight: Floats, scores: Floats, most: Floats
    ) -> None:
        points = self._points[rows]
        since_s = self._unusual_s[rows]
        wary = ~np.isnan(since_s) & (at_s - since_s < _NEW_NORMAL_S)
        gain = np.where(wary, _CAUTION, 1.0)
        scale = np.maximum(self._scale[rows], self._transform.least_scale)
        reach = np.where(points < _WARM, np.inf, _CLIP * scale / weight)
        clipped = expected + np.clip(seen - expected, -reach, reach)
        self._season.learn(rows, at_s, clipped, gain)
        # 1.25: a normal deviation is so much larger than the mean distance
        distance = 1.2533 * np.abs(clipped - expected) * weight
        alpha = gain * np.maximum(self._alpha_scale, 1.0 / (points + 1.0))
        self._scale[rows] += alpha * (distance - self._scale[rows])
        # of an anomaly only the first point teaches what is rare: the rest is the same event
        apart = (points >= _WARM // 2) & (~wary | (since_s == at_s))
        for i, tail in enumerate(self._tails):
            # a single point says little of moving means; of spikes it says how high they come
            tail.learn(rows[apart], scores[apart, i], most[apart, i] * (1.0 if i else 2.0))
        self._points[rows] = points + 1


def _weight(gain: float) -> float:
    """Return the share of the points of a moving mean that are as good as independent."""
    return gain / (2.0 - gain)

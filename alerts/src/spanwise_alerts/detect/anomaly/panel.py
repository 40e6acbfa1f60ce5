"""Many series watched at once: what each was expected to be, how unusual it is, and whether that is an anomaly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from spanwise_alerts.detect.anomaly.columns import Column, Columns
from spanwise_alerts.detect.anomaly.counts import Floats
from spanwise_alerts.detect.anomaly.detectors import DETECTORS, SPIKE, Detector
from spanwise_alerts.detect.anomaly.season import Rows, Season
from spanwise_alerts.detect.anomaly.tail import Tail
from spanwise_alerts.detect.anomaly.transform import Transform

Direction = Literal["up", "down", "both"]

_WARM: Final = 120
"""Points before which nothing is called unusual."""

_SCALE_HALF_LIFE_S: Final = 86400.0
_CLIP: Final = 3.0
"""Residuals beyond so many scales are learned as if they lay there."""

_OPENNESS: Final = 2.0
"""Seasons learn from residuals up to so many times further out."""

_CAUTION: Final = 0.1
"""How much a point counts while its series is unusual …"""

_NEW_NORMAL_S: Final = 86400.0
"""… and after how long it is the new normal."""

_GAP_STEPS: Final = 5.0
_AFTER_GAP: Final = 3
"""Points after a gap that only warm the moving means up: a restart is no anomaly."""

_LESSON: Final = 0.05
"""How much higher every threshold of a series gets (as a logarithm) with each anomaly beyond what was asked for …"""

_STRICTEST: Final = 0.15
"""… and at most."""

_FURTHEST: Final = 20.0
"""Residuals beyond so many scales are as unusual as this …"""

_FURTHEST_OF_LASTING: Final = 3.0
"""… and as this where only changes that last are looked for: a single point cannot move their means far."""

OVER: Final = 0.5
"""An anomaly is over where every score is below this share of its threshold."""


_FLAT: Final = 0.25
"""Below this share of the least noise that is assumed a series is as good as constant …"""

_FLAT_BELIEVED: Final = 3.0
"""… and residuals beyond so many scales are as unusual as this: one point that differs is no anomaly, three are."""

_MOST_LENIENT: Final = -0.25
_MOST_STRICT: Final = 0.7
"""What people said of alerts moves thresholds to between 0.78 and 2 times what they were."""

_LAYOUT: Final = {
    "strictness": Column(), "feedback": Column(), "scale": Column(), "points": Column(dtype="i8"),
    "since_gap": Column(dtype="i8"), "last_s": Column(-np.inf), "unusual_s": Column(np.nan),
    "value": Column(np.nan), "count": Column(), "expected": Column(np.nan), "low": Column(np.nan),
    "high": Column(np.nan), "rarity": Column(1.0), "strengths": Column(width=3), "heard_s": Column(-np.inf),
    "watch": Column(dtype="i1"), "mean": Column(np.nan), "mean_low": Column(np.nan), "mean_high": Column(np.nan),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of detectors.

    Attributes:
        step_s: seconds from one point to the next.
        rarities: the share of points that may alarm by chance, of each tier, the mildest first; at most three.
        direction: what is an anomaly: too much, too little, or both.
        least_effect: changes of less than this share of what is expected are of no interest …
        least_amount: … nor are those of less than this, in the measure's unit.
        detector: how anomalies are found.
    """

    step_s: float
    rarities: tuple[float, ...]
    direction: Direction = "both"
    least_effect: float = 0.1
    least_amount: float = 0.0
    detector: Detector = DETECTORS["auto"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is found about one point of each series asked for; all arrays are in the order asked.

    Attributes:
        expected: what was expected; `low` and `high` bound what would not be unusual; in the measure's unit.
        rarity: the share of points that are as unusual as this one, as far as the series' own history tells.
        strength: the score over the threshold of the mildest tier: above 1 is an anomaly.
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

    Source: exponentially weighted level, trend and season (Holt-Winters, additive, on transformed values) with clipped
    residuals over a robust scale; counts by the tails of their distributions (`counts`); thresholds from each series'
    own tail (`tail`).
    """

    def __init__(self, transform: Transform, wanted: Wanted) -> None:
        self.wanted = wanted
        self._transform = transform
        self._gains = np.array(wanted.detector.watches)
        self._alpha_scale = 1.0 - 0.5 ** (wanted.step_s / _SCALE_HALF_LIFE_S)
        self._season = Season(wanted.step_s, 0, wanted.detector.courses)
        self._tails = [Tail(0, _weight(gain)) for gain in wanted.detector.watches]
        self.columns = Columns({**_LAYOUT, "means": Column(width=len(self._gains))})

    @property
    def parts(self) -> dict[str, Columns]:
        """All columns, by the part that owns them."""
        tails = {f"tail{place}": tail.columns for place, tail in enumerate(self._tails)}
        return {"": self.columns, "season": self._season.columns, **tails}

    def grow(self, capacity: int) -> None:
        """Make room for more series."""
        for columns in self.parts.values():
            columns.grow(capacity)

    def update(self, at_s: float, rows: Rows, value: Floats, count: Floats) -> Verdict:
        """Judge one point of each of these series, and learn from it.

        Args:
            at_s: when the points end, Unix time; later than the last time.
            rows: which series, each once.
            value: in the measure's unit; all finite.
            count: observations behind each.
        """
        own = self.columns
        seen, weight = self._transform.forward(value, count)
        first = own["points"][rows] == 0
        expected = np.where(first, seen, self._season.expect(rows, at_s))
        scale = np.maximum(own["scale"][rows], self._transform.least_scale)
        z = (seen - expected) * weight / scale
        means = self._filter(rows, at_s, z)
        drift = own["means"][rows, 1] * scale / weight
        scores = self._scores(self._singled(means, value, count, expected, scale))
        thresholds = self._thresholds(rows, 0)
        ratios = scores / thresholds
        strength = ratios.max(axis=1) * self._matters(expected, seen, drift)
        unusual = self._judge(rows, at_s, strength)
        self._grade(rows, strength, scores)
        rarity = self._rarity_of(rows, scores)
        self._learn(rows, at_s, seen, expected, weight, scores, thresholds)
        verdict = self._verdict(expected, thresholds[:, 0] * scale / weight, rarity, strength, unusual)
        self._note(rows, value, count, verdict)
        # of several that stand out, the first, which averages least, is the plainest to tell
        plain: Floats = np.where(ratios > 1.0, np.inf, ratios)
        watch: Rows = np.argmax(plain, axis=1)
        self._point_out(rows, watch, expected, scale / weight, thresholds)
        return verdict

    def teach(self, row: int, lesson: float) -> float:
        """Move the thresholds of a series by what a person said of its alert (a logarithm; above 0 is stricter).

        Returns:
            By which factor they are moved in all.
        """
        feedback = self.columns["feedback"]
        feedback[row] = np.clip(feedback[row] + lesson, _MOST_LENIENT, _MOST_STRICT)
        return float(np.exp(feedback[row]))

    def _filter(self, rows: Rows, at_s: float, z: Floats) -> Floats:
        """Return the moving means of residuals, over the deviation that each of them has where nothing happens."""
        own = self.columns
        gap = at_s - own["last_s"][rows] > _GAP_STEPS * self.wanted.step_s
        own["since_gap"][rows] = np.where(gap, 0, own["since_gap"][rows] + 1)
        own["last_s"][rows] = at_s
        means = np.where(gap[:, None], 0.0, own["means"][rows])
        flat = own["scale"][rows] < _FLAT * self._transform.least_scale
        furthest = _FURTHEST if self._gains[0] == SPIKE else _FURTHEST_OF_LASTING
        believed = np.where(own["since_gap"][rows] < _AFTER_GAP, 1.0, np.where(flat, _FLAT_BELIEVED, furthest))
        means += self._gains * (np.clip(z, -believed, believed)[:, None] - means)
        own["means"][rows] = means
        # a moving mean of independent residuals has this deviation
        return means / np.sqrt(self._gains / (2.0 - self._gains))

    def _singled(self, means: Floats, value: Floats, count: Floats, expected: Floats, scale: Floats) -> Floats:
        """Take a count for as far out as its tail is unlikely, and for no more than it was believed."""
        if self._transform.kind == "amount" or self._gains[0] != SPIKE:
            return means
        tail = self._transform.deviations(value, count, expected, scale)
        most = np.abs(means[:, 0])
        return np.column_stack([np.clip(tail, -most, most), means[:, 1:]])

    def _thresholds(self, rows: Rows, tier: int) -> Floats:
        # a slow mean stays high for a while: its points beyond a threshold come in bursts, and a burst is one alarm
        share = self.wanted.rarities[tier] / len(self._gains)
        each = [
            tail.threshold(rows, share / _weight(gain)) for tail, gain in zip(self._tails, self._gains, strict=True)
        ]
        strictness = self.columns["strictness"][rows] + self.columns["feedback"][rows]
        return np.stack(each, axis=1) * np.exp(strictness)[:, None]

    def _grade(self, rows: Rows, strength: Floats, scores: Floats) -> None:
        """Note how strong each point is for each tier; of graver ones only where the mildest is near."""
        strengths = np.zeros((len(rows), 3))
        strengths[:, 0] = strength
        near = np.flatnonzero(strength > OVER)
        if len(near):
            for tier in range(1, len(self.wanted.rarities)):
                strengths[near, tier] = (scores[near] / self._thresholds(rows[near], tier)).max(axis=1)
        self.columns["strengths"][rows] = strengths

    def _scores(self, means: Floats) -> Floats:
        match self.wanted.direction:
            case "both":
                return np.abs(means)
            case "up":
                return means
            case "down":
                return -means

    def _verdict(
        self, expected: Floats, reach: Floats, rarity: Floats, strength: Floats, unusual: NDArray[np.bool_]
    ) -> Verdict:
        back, direction = self._transform.backward, self.wanted.direction
        low = back(expected - reach) if direction != "up" else np.full_like(expected, -np.inf)
        high = back(expected + reach) if direction != "down" else np.full_like(expected, np.inf)
        return Verdict(back(expected), low, high, rarity, strength, unusual)

    def _note(self, rows: Rows, value: Floats, count: Floats, verdict: Verdict) -> None:
        own = self.columns
        own["value"][rows], own["count"][rows], own["rarity"][rows] = value, count, verdict.rarity
        own["expected"][rows], own["low"][rows], own["high"][rows] = verdict.expected, verdict.low, verdict.high

    def _point_out(self, rows: Rows, watch: NDArray[np.intp], expected: Floats, noise: Floats, most: Floats) -> None:
        """Note what is told of unusual series: which moving mean stands out, what it is, and how far out it may be."""
        told = np.flatnonzero(~np.isnan(self.columns["unusual_s"][rows]))
        if not len(told):
            return
        own, back, direction = self.columns, self._transform.backward, self.wanted.direction
        rows, watch, middle, noise = rows[told], watch[told], expected[told], noise[told]
        gains = self._gains[watch]
        reach = most[told, watch] * np.sqrt(gains / (2.0 - gains)) * noise
        own["watch"][rows] = watch
        own["mean"][rows] = np.where(
            gains == SPIKE, own["value"][rows], back(middle + own["means"][rows, watch] * noise)
        )
        own["mean_low"][rows] = back(middle - reach) if direction != "up" else -np.inf
        own["mean_high"][rows] = back(middle + reach) if direction != "down" else np.inf

    def _matters(self, expected: Floats, seen: Floats, drift: Floats) -> NDArray[np.bool_]:
        usual = self._transform.backward(expected)
        furthest = np.where(np.abs(seen - expected) > np.abs(drift), seen, expected + drift)
        moved = np.abs(self._transform.backward(furthest) - usual)
        return moved >= np.maximum(self.wanted.least_effect * usual, self.wanted.least_amount)

    def _judge(self, rows: Rows, at_s: float, strength: Floats) -> NDArray[np.bool_]:
        own = self.columns
        warm = (own["points"][rows] >= _WARM) & (own["since_gap"][rows] >= _AFTER_GAP)
        since_s = own["unusual_s"][rows]
        was = ~np.isnan(since_s)
        unusual = warm & np.where(was, strength > OVER, strength > 1.0)
        lessons = (unusual & ~was) - self.wanted.rarities[0]
        own["strictness"][rows] = np.clip(own["strictness"][rows] + _LESSON * lessons, 0.0, _STRICTEST)
        own["unusual_s"][rows] = np.where(unusual, np.where(was, since_s, at_s), np.nan)
        return unusual

    def _rarity_of(self, rows: Rows, scores: Floats) -> Floats:
        # of points in a burst one counts, as in `_thresholds`
        each = [
            tail.rarity(rows, scores[:, i]) * _weight(gain)
            for i, (tail, gain) in enumerate(zip(self._tails, self._gains, strict=True))
        ]
        return np.minimum(np.min(each, axis=0) * len(self._tails), 1.0)

    def _learn(
        self, rows: Rows, at_s: float, seen: Floats, expected: Floats, weight: Floats, scores: Floats, most: Floats
    ) -> None:
        own = self.columns
        points = own["points"][rows]
        since_s = own["unusual_s"][rows]
        wary = ~np.isnan(since_s) & (at_s - since_s < _NEW_NORMAL_S)
        gain = np.where(wary, _CAUTION, 1.0)
        scale = np.maximum(own["scale"][rows], self._transform.least_scale)
        reach = np.where(points < _WARM, np.inf, _CLIP * scale / weight)
        clipped = expected + np.clip(seen - expected, -reach, reach)
        lesson = expected + np.clip(seen - expected, -_OPENNESS * reach, _OPENNESS * reach)
        self._season.learn(rows, at_s, clipped, gain, lesson)
        # 1.25: a normal deviation is so much larger than the mean distance
        distance = 1.2533 * np.abs(clipped - expected) * weight
        alpha = gain * np.maximum(self._alpha_scale, 1.0 / (points + 1.0))
        own["scale"][rows] += alpha * (distance - own["scale"][rows])
        # of an anomaly only the first point teaches what is rare: the rest is the same event
        apart = (points >= _WARM // 2) & (~wary | (since_s == at_s))
        for i, tail in enumerate(self._tails):
            # a single point says little of moving means; of spikes it says how high they come
            tail.learn(rows[apart], scores[apart, i], most[apart, i] * (1.0 if i else 2.0))
        own["points"][rows] = points + 1


def _weight(gain: float) -> float:
    """Return the share of the points of a moving mean that are as good as independent."""
    return gain / (2.0 - gain)

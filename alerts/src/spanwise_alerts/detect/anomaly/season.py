"""What a series is expected to be: its level, its course over the day and the week once two were seen, or its trend."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spanwise_alerts.detect.anomaly.columns import Column, Columns
from spanwise_alerts.detect.anomaly.counts import Floats
from spanwise_alerts.detect.anomaly.detectors import COURSES, Course

Rows = NDArray[np.intp]

HOURS: Final = {"day": 24, "week": 168}
"""Length of each season."""

_MEAN_HALF_LIFE_S: Final = 2 * 86400.0
"""How fast the mean of a series follows, about which its seasons lie."""

_HALF_LIFE_S: Final = (1800.0, 7200.0, 7200.0, 1800.0)
"""How fast each course corrects itself. Without a season the correction has to follow the day."""

_SLOPE_HALF_LIFE_S: Final = 10800.0
"""How fast a trend follows: slower than its level, so that noise is no trend."""

_STEADY_STEPS: Final = 120
"""Points before which no trend is believed."""

_LEAST_GAIN: Final = 0.2
"""How much of a new cycle goes into a season that was seen often."""

_BELIEVED_CYCLES: Final = 2.0
"""So many days or weeks are seen before they are believed; until then seasons learn from all they see …"""

_OPEN: Final = 0.5
"""… and from then on at least so much of what is unusual."""

_BETTER: Final = 0.97
"""A course is followed where it leaves at most this share of the error that is left by the ones before it."""

_ERROR_HALF_LIFE_S: Final = 7 * 86400.0

_EDGE: Final = 2.0
"""Two hours that are so many times further apart than those around them meet at an edge: at the full hour."""

_LAYOUT: Final = {
    "begun_s": Column(np.nan), "mean": Column(), "slope": Column(),
    "correction": Column(width=len(COURSES)), "error": Column(width=len(COURSES)),
    "day": Column(width=HOURS["day"], dtype="f4"), "week": Column(width=HOURS["week"], dtype="f4"),
}  # fmt: skip


class Season:
    """Means, seasons, trends and corrections of many series; `rows` say which of them a point is of.

    A course expects the series' slow mean, what it adds at this moment, and what it was off by of late.
    """

    def __init__(self, step_s: float, capacity: int = 0, courses: Collection[Course] = COURSES) -> None:
        self.columns = Columns(_LAYOUT, capacity)
        self._step_s = step_s
        self._allowed = [place for place, course in enumerate(COURSES) if place and course in courses]
        self._level = "level" in courses
        self._alpha_mean = _gain(step_s, _MEAN_HALF_LIFE_S)
        self._alpha = np.array([_gain(step_s, life_s) for life_s in _HALF_LIFE_S])
        self._alpha_slope = _gain(step_s, _SLOPE_HALF_LIFE_S)
        self._alpha_error = _gain(step_s, _ERROR_HALF_LIFE_S)

    def expect(self, rows: Rows, at_s: float) -> Floats:
        """Return what the best course of each series expects at a moment (Unix time)."""
        forecasts = self._seasonal(rows, at_s) + self.columns["correction"][rows]
        return forecasts[np.arange(len(rows)), self._chosen(rows, at_s)]

    def learn(self, rows: Rows, at_s: float, seen: Floats, gain: Floats, lesson: Floats | None = None) -> None:
        """Take in one point of each series.

        Args:
            rows: which series.
            at_s: Unix time.
            seen: clipped values.
            gain: how much they count (0 to 1).
            lesson: what seasons learn from, clipped less: what comes again each week has to be learned even though it
                looked like an anomaly at first; `seen` where it is not given.
        """
        own = self.columns
        new = np.isnan(own["begun_s"][rows])
        own["begun_s"][rows[new]] = at_s
        own["mean"][rows[new]] = seen[new]
        age_s = at_s - own["begun_s"][rows]
        off = seen[:, None] - self._seasonal(rows, at_s)
        correction, error = own["correction"][rows], own["error"][rows]
        gains = gain[:, None]
        missed = off - correction
        own["error"][rows] = error + self._alpha_error * gains * (np.square(missed) - error)
        corrected = correction + self._alpha * gains * missed
        own["slope"][rows] += self._alpha_slope * self._alpha[3] * gain * missed[:, 3]
        corrected[:, 3] += own["slope"][rows]
        more = 0.0 if lesson is None else lesson - seen
        for place, (name, hours) in enumerate(HOURS.items(), 1):
            cycles = age_s / (hours * 3600.0)
            opened = np.maximum(gain, np.where(cycles < _BELIEVED_CYCLES, 1.0, _OPEN))
            self._teach(rows, at_s, name, (off[:, place] + more) * opened, cycles)
        # young means learn as a mean does
        first = self._step_s / (age_s + self._step_s)
        moved = gain * np.maximum(self._alpha_mean, first) * (seen - own["mean"][rows])
        own["mean"][rows] += moved
        # the trend has a level of its own: where the mean goes, it stays
        corrected[:, 3] -= moved
        own["correction"][rows] = corrected

    def _teach(self, rows: Rows, at_s: float, name: str, off: Floats, cycles: Floats) -> None:
        per_point = np.minimum(np.maximum(1.0 / (cycles + 1.0), _LEAST_GAIN) * self._step_s / 1200.0, 0.5)
        profile = self.columns[name]
        early, late, share = _between(profile, rows, at_s)
        profile[rows, early] += ((1.0 - share) * per_point * off).astype(np.float32)
        profile[rows, late] += (share * per_point * off).astype(np.float32)

    def _seasonal(self, rows: Rows, at_s: float) -> Floats:
        number = np.repeat(self.columns["mean"][rows][:, None], len(COURSES), axis=1)
        for place, name in enumerate(HOURS, 1):
            profile = self.columns[name]
            early, late, share = _between(profile, rows, at_s)
            number[:, place] += (1.0 - share) * profile[rows, early] + share * profile[rows, late]
        return number

    def _chosen(self, rows: Rows, at_s: float) -> NDArray[np.intp]:
        age_s = at_s - np.nan_to_num(self.columns["begun_s"][rows], nan=at_s)
        error = self.columns["error"][rows]
        chosen = np.zeros(len(rows), np.intp)
        # a detector without the level begins with it all the same, and leaves it as soon as it can
        best = error[:, 0] * _BETTER if self._level else np.full(len(rows), np.inf)
        for place in self._allowed:
            hours = HOURS.get(COURSES[place])
            known_s = _STEADY_STEPS * self._step_s if hours is None else _BELIEVED_CYCLES * hours * 3600.0
            better = (age_s >= known_s) & (error[:, place] < best)
            chosen[better] = place
            best = np.where(better, error[:, place] * _BETTER, best)
        return chosen


def _gain(step_s: float, half_life_s: float) -> float:
    """Return how much the newest of points `step_s` apart counts in a mean of this half-life."""
    return 1.0 - 0.5 ** (step_s / half_life_s)


def _between(profile: NDArray[np.float32], rows: Rows, at_s: float) -> tuple[int, int, Floats]:
    """Find the two hours whose middles a moment lies between, and for each series how near it is to the later one.

    Where a course has an edge (a weekend, the begin of a batch), a moment belongs to its own hour alone.
    """
    hours = profile.shape[1]
    # 1970 began on a Thursday; which day a week begins with does not matter here
    hour = at_s / 3600.0 - 0.5
    whole = int(np.floor(hour))
    early, late, share = whole % hours, (whole + 1) % hours, hour - whole
    before, after = profile[rows, early - 1], profile[rows, (late + 1) % hours]
    first, second = profile[rows, early], profile[rows, late]
    edge = np.abs(second - first) > _EDGE * (np.abs(first - before) + np.abs(after - second))
    return early, late, np.where(edge, float(share >= 0.5), share)  # noqa: PLR2004  the full hour

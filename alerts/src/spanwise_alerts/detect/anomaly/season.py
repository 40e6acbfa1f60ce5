"""What a series is expected to be: its level, and its course over the day and the week once two of them were seen."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from spanwise_alerts.detect.anomaly.transform import Floats

Rows = NDArray[np.intp]

HOURS: Final = (1, 24, 168)
"""Length of the season of each model: none, the day, the week."""

_MEAN_HALF_LIFE_S: Final = 2 * 86400.0
"""How fast the mean of a series follows, about which its seasons lie."""

_HALF_LIFE_S: Final = (1800.0, 7200.0, 7200.0)
"""How fast each model corrects itself. Without a season the correction has to follow the day."""

_LEAST_GAIN: Final = 0.2
"""How much of a new cycle goes into a season that was seen often."""

_BETTER: Final = 0.97
"""A season is used where it leaves at most this share of the error that is left without it."""

_ERROR_HALF_LIFE_S: Final = 86400.0


class Season:
    """Means, seasons and corrections of many series; `rows` say which of them a point is of.

    A model expects the series' slow mean, what its season adds at this hour, and what it was off by of late.
    """

    def __init__(self, step_s: float, capacity: int) -> None:
        self._step_s = step_s
        self._alpha_mean = _gain(step_s, _MEAN_HALF_LIFE_S)
        self._alpha = np.array([_gain(step_s, life_s) for life_s in _HALF_LIFE_S])
        self._alpha_error = _gain(step_s, _ERROR_HALF_LIFE_S)
        self._begun_s = np.full(capacity, np.nan)
        self._mean = np.zeros(capacity)
        self._correction = np.zeros((capacity, 3))
        self._error = np.zeros((capacity, 3))
        self._profiles = [np.zeros((capacity, hours), np.float32) for hours in HOURS]

    def grow(self, capacity: int) -> None:
        """Make room for more series."""
        more = capacity - len(self._begun_s)
        self._begun_s = np.concatenate([self._begun_s, np.full(more, np.nan)])
        self._mean = np.concatenate([self._mean, np.zeros(more)])
        self._correction = np.concatenate([self._correction, np.zeros((more, 3))])
        self._error = np.concatenate([self._error, np.zeros((more, 3))])
        self._profiles = [np.concatenate([p, np.zeros((more, p.shape[1]), np.float32)]) for p in self._profiles]

    def expect(self, rows: Rows, at_s: float) -> Floats:
        """Return what the best model of each series expects at a moment (Unix time)."""
        forecasts = self._seasonal(rows, at_s) + self._correction[rows]
        return forecasts[np.arange(len(rows)), self._chosen(rows, at_s)]

    def learn(self, rows: Rows, at_s: float, seen: Floats, gain: Floats) -> None:
        """Take in one point of each series: `seen` are clipped values, `gain` is how much they count (0 to 1)."""
        new = np.isnan(self._begun_s[rows])
        self._begun_s[rows[new]] = at_s
        self._mean[rows[new]] = seen[new]
        age_s = at_s - self._begun_s[rows]
        off = seen[:, None] - self._seasonal(rows, at_s)
        correction = self._correction[rows]
        error = self._error[rows]
        gains = gain[:, None]
        self._error[rows] = error + self._alpha_error * gains * (np.abs(off - correction) - error)
        self._correction[rows] = correction + self._alpha * gains * (off - correction)
        for model in (1, 2):
            self._teach(rows, at_s, model, off[:, model] * gain, age_s / (HOURS[model] * 3600.0))
        # young means learn as a mean does
        first = self._step_s / (age_s + self._step_s)
        self._mean[rows] += gain * np.maximum(self._alpha_mean, first) * (seen - self._mean[rows])

    def _teach(self, rows: Rows, at_s: float, model: int, off: Floats, cycles: Floats) -> None:
        early, late, share = _place(at_s, HOURS[model])
        per_point = np.minimum(np.maximum(1.0 / (cycles + 1.0), _LEAST_GAIN) * self._step_s / 1200.0, 0.5)
        profile = self._profiles[model]
        profile[rows, early] += ((1.0 - share) * per_point * off).astype(np.float32)
        profile[rows, late] += (share * per_point * off).astype(np.float32)

    def _seasonal(self, rows: Rows, at_s: float) -> Floats:
        number = np.repeat(self._mean[rows][:, None], 3, axis=1)
        for model in (1, 2):
            early, late, share = _place(at_s, HOURS[model])
            profile = self._profiles[model]
            number[:, model] += (1.0 - share) * profile[rows, early] + share * profile[rows, late]
        return number

    def _chosen(self, rows: Rows, at_s: float) -> NDArray[np.intp]:
        age_s = at_s - np.nan_to_num(self._begun_s[rows], nan=at_s)
        error = self._error[rows]
        chosen = np.zeros(len(rows), np.intp)
        best = error[:, 0] * _BETTER
        for model in (1, 2):
            better = (age_s >= 2 * HOURS[model] * 3600.0) & (error[:, model] < best)
            chosen[better] = model
            best = np.where(better, error[:, model] * _BETTER, best)
        return chosen


def _gain(step_s: float, half_life_s: float) -> float:
    """Return how much the newest of points `step_s` apart counts in a mean of this half-life."""
    return 1.0 - 0.5 ** (step_s / half_life_s)


def _place(at_s: float, hours: int) -> tuple[int, int, float]:
    """Find the two hours whose middles a moment lies between, and how near it is to the later one."""
    # 1970 began on a Thursday; which day a week begins with does not matter here
    hour = at_s / 3600.0 - 0.5
    whole = int(np.floor(hour))
    return whole % hours, (whole + 1) % hours, hour - whole

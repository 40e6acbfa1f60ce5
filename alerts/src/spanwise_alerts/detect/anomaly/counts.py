"""How far out a count is: the tails of the negative binomial, Poisson and binomial distributions as normal deviations.

Source: Peizer and Pratt 1968, "A normal approximation for binomial, F, beta, and other common, related tail
probabilities"; good to some thousandths of a deviation also where less than one event is expected.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEAST_SPREAD: Final = 1.02
"""Below this ratio of variance to mean a count is as good as Poisson's."""

_LEAST: Final = 1e-9


def events(seen: Floats, mean: Floats, spread: Floats) -> Floats:
    """Return how many deviations counts are from their mean, as far out as their tail is unlikely.

    Above the mean the tail is that of at least as many events, below it that of at most as many.

    Args:
        seen: events that came.
        mean: events that were expected.
        spread: variance over mean: 1 where they come by chance alone, more where they come in bursts.
    """
    mean = np.maximum(mean, _LEAST)
    # events before so many ends of a burst: at the heaviest its tail is that of the geometric distribution
    ends = np.maximum(mean / (np.maximum(spread, _LEAST_SPREAD) - 1.0), 1.0)
    chance = mean / (mean + ends)
    return _either(seen, seen > mean, lambda most: most + ends, chance)


def failures(failed: Floats, tried: Floats, chance: Floats) -> Floats:
    """Return the same of `failed` of `tried`, where each fails with this chance."""
    chance = np.clip(chance, _LEAST, 1.0 - _LEAST)
    tried = np.maximum(tried, 1.0)
    found = _either(np.minimum(failed, tried), failed > tried * chance, lambda _: tried, chance)
    return np.where(failed >= tried, np.maximum(found, 0.0), found)


def _either(seen: Floats, more: NDArray[np.bool_], tried: Callable[[Floats], Floats], chance: Floats) -> Floats:
    """Take the tail on whose side a count lies; a count between the two is not out at all."""
    most = np.where(more, np.maximum(seen - 1.0, 0.0), seen)
    trials = tried(most)
    # that all of them are events at most is certain, and no deviation says so
    most = np.minimum(most, trials - 1.0)
    found = _binomial(most, trials, chance)
    return np.where(more, np.where(seen < 1.0, 0.0, np.maximum(found, 0.0)), np.minimum(found, 0.0))


def _binomial(most: Floats, tried: Floats, chance: Floats) -> Floats:
    """Return the deviation below which a normal value is as likely as at most `most` successes; any numbers will do."""
    fails = 1.0 - chance
    more, less = most + 0.5, tried - most - 0.5
    d = most + 2.0 / 3.0 - (tried + 1.0 / 3.0) * chance
    d += 0.02 * (fails / (most + 1.0) - chance / (tried - most) + (fails - 0.5) / (tried + 1.0))
    far = more * np.log(more / (tried * chance)) + less * np.log(less / (tried * fails))
    return (
        np.sign(d)
        * np.sqrt(2.0 * np.maximum(far, 0.0) / (1.0 + 1.0 / (6.0 * tried)))
        * np.abs(d / np.where(np.abs(more - tried * chance) < _LEAST, _LEAST, more - tried * chance))
    )

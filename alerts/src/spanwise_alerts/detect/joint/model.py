"""What is usual: each agent's own middle and spread, and one forest over the rows of all agents.

Rows are scaled by their agent's median and median absolute deviation, so that one isolation forest (Liu, Ting, Zhou
2008) serves all of them and a stretch of all agents is scored in one batch. A forest alone sees little difference
between far and very far; a row's score is the forest's times how many spreads the row is off in all. How high a score
has to be comes from scores of rows that the forest did not see: what lies over a high quantile of them follows a
generalised Pareto distribution, whose parameters come from the first two moments of the excesses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.joint.features import FEATURES

Floats = NDArray[np.float64]


class Forest(Protocol):
    """What is used of scikit-learn's IsolationForest."""

    def score_samples(self, rows: Floats, /) -> Floats:
        """Return how usual each row is."""
        ...


LEAST_ROWS: Final = 100
"""An agent with fewer is not judged."""

_OWN_TAIL: Final = 1000
"""From so many rows on an agent has a tail of its own."""

_TREES: Final = 100
_SAMPLE: Final = 1024
_SEED: Final = 0
_CLIP: Final = 10.0
_SHARE: Final = 0.1
"""The share of scores that make the tail."""

_MOST: Final = 10.0
"""No excess counts for more than so many usual ones: incidents of the past are not what is usual."""

_RARE: Final = 0.001
_SHAPES: Final = (-0.3, 0.3)
_LEAST_SHAPE: Final = 0.001
"""As good as an exponential tail."""

_LEAST_WIDTH: Final = 0.01
_FAR: Final = 4.0
"""A row nearer than so many spreads, all features together, is never unusual."""

_NAMED: Final = 3
_TELLING: Final = 1.5
_SIGMA_OF_MAD: Final = 1.4826
_FLOORS: Final = np.array([feature.floor for feature in FEATURES])


@dataclass(frozen=True, slots=True)
class Usual:
    """How one agent usually is: by feature, on the scale of rows; NaN middles where it has no such number."""

    middle: Floats
    spread: Floats
    rows: int


@dataclass(frozen=True, slots=True)
class Score:
    """How unusual a row is.

    Attributes:
        value: of the forest, 0 to 1, times how many spreads the row is off.
        rarity: the share of rows that have at least this score.
        thresholds: for each rarity that was asked for.
        unusual: by rarity, whether it is beyond.
        telling: the features that make it so, the most telling first, with how many spreads each is off.
    """

    value: float
    rarity: float
    thresholds: tuple[float, ...]
    unusual: tuple[bool, ...]
    telling: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class _Tail:
    """Where the tail of scores begins, its shape, and how wide it is."""

    begin: float
    shape: float
    width: float

    def threshold(self, rarity: float) -> float:
        """Return the score that a share of `rarity` of all rows exceeds."""
        return self.begin + self.width / self.shape * ((_SHARE / rarity) ** self.shape - 1.0)

    def rarity(self, score: float) -> float:
        """Return the share of rows that have at least this score."""
        left = max(1.0 + self.shape * (score - self.begin) / self.width, 0.0)
        return min(_SHARE * left ** (-1.0 / self.shape), 1.0) if score > self.begin else 1.0


class Model:
    """A forest, and what is usual of each agent that has enough rows.

    Attributes:
        version: of what it was made of; the same rows make the same.
        trained_s: the end of the newest row, Unix time.
    """

    def __init__(self, rows: Mapping[Labels, Floats], trained_s: float, *, up: bool) -> None:
        """Learn from the rows of each agent, the oldest first: rows by features.

        Raises:
            ValueError: no agent has enough rows.
        """
        self.trained_s = trained_s
        self._up = up
        self.agents = {labels: _usual(found) for labels, found in rows.items() if len(found) >= LEAST_ROWS}
        if not self.agents:
            raise ValueError(f"no agent has {LEAST_ROWS} stretches with enough calls yet")
        scaled = {labels: self._scaled(self.agents[labels], rows[labels]) for labels in self.agents}
        self.version = _version(scaled, trained_s)
        # every other row is held out: a forest finds what it grew from more usual than it is
        self._forest = _grown(np.concatenate([found[::2] for found in scaled.values()]))
        held = {labels: self._scores(found[1::2]) for labels, found in scaled.items()}
        self._all = _tail(np.concatenate(list(held.values())))
        # an agent's own tail counts where it reaches further; its shape is known only from all of them
        tails = {labels: _tail(found, self._all.shape) for labels, found in held.items() if 2 * len(found) >= _OWN_TAIL}
        reach = self._all.threshold(_RARE)
        self._tails = {labels: tail for labels, tail in tails.items() if tail.threshold(_RARE) > reach}

    def score(self, rows: Mapping[Labels, Sequence[float]], rarities: Sequence[float]) -> dict[Labels, Score]:
        """Score one row of each agent that is known, all of them in one batch."""
        known = [labels for labels in rows if labels in self.agents]
        if not known:
            return {}
        scaled = np.concatenate([
            self._scaled(self.agents[labels], np.array([rows[labels]], np.float64)) for labels in known
        ])  # fmt: skip
        values = self._scores(scaled)
        found: dict[Labels, Score] = {}
        for place, labels in enumerate(known):
            tail = self._tails.get(labels, self._all)
            value, far = float(values[place]), float(np.linalg.norm(scaled[place])) >= _FAR
            thresholds = tuple(tail.threshold(rarity) for rarity in rarities)
            unusual = tuple(far and value > threshold for threshold in thresholds)
            telling = self._telling(scaled[place], value) if any(unusual) else ()
            found[labels] = Score(value, tail.rarity(value), thresholds, unusual, telling)
        return found

    def _scaled(self, usual: Usual, rows: Floats) -> Floats:
        off = (rows - usual.middle) / usual.spread
        # what is not known is as usual
        off = np.clip(np.nan_to_num(off, nan=0.0, posinf=_CLIP, neginf=-_CLIP), -_CLIP, _CLIP)
        return np.maximum(off, 0.0) if self._up else off

    def _scores(self, scaled: Floats) -> Floats:
        return -np.asarray(self._forest.score_samples(scaled), np.float64) * np.linalg.norm(scaled, axis=1)

    def _telling(self, row: Floats, value: float) -> tuple[tuple[int, float], ...]:
        """Put each feature back to what is usual, and see how much more usual the row becomes."""
        changed = np.repeat(row[None, :], len(row), axis=0)
        np.fill_diagonal(changed, 0.0)
        gains = value - self._scores(changed)
        order = sorted(range(len(row)), key=lambda place: (-gains[place], -abs(row[place]), place))
        return tuple((place, float(row[place])) for place in order if abs(row[place]) >= _TELLING)[:_NAMED]


def _usual(rows: Floats) -> Usual:
    middle, spread = np.full(rows.shape[1], np.nan), _FLOORS.copy()
    for place in range(rows.shape[1]):
        known = rows[:, place][np.isfinite(rows[:, place])]
        if len(known) >= LEAST_ROWS:
            middle[place] = np.median(known)
            spread[place] = max(_SIGMA_OF_MAD * float(np.median(np.abs(known - middle[place]))), _FLOORS[place])
    return Usual(middle, spread, len(rows))


def _grown(rows: Floats) -> Forest:
    # takes half a second to import, which a start without such a rule should not wait for
    from sklearn.ensemble import IsolationForest

    make: Any = IsolationForest  # its stubs say less than it takes
    return make(n_estimators=_TREES, max_samples=min(_SAMPLE, len(rows)), random_state=_SEED).fit(rows)


def _tail(scores: Floats, shape: float | None = None) -> _Tail:
    begin = float(np.quantile(scores, 1 - _SHARE))
    excess = scores[scores > begin] - begin
    if not len(excess):
        return _Tail(begin, _LEAST_SHAPE, _LEAST_WIDTH)
    excess = np.minimum(excess, _MOST * np.median(excess))
    mean, variance = float(excess.mean()), max(float(excess.var()), 1e-12)
    if shape is None:
        shape = float(np.clip(0.5 * (1.0 - mean**2 / variance), *_SHAPES))
        shape = shape if abs(shape) > _LEAST_SHAPE else _LEAST_SHAPE
    return _Tail(begin, shape, max(mean * (1.0 - shape), _LEAST_WIDTH))


def _version(scaled: Mapping[Labels, Floats], trained_s: float) -> str:
    digest = hashlib.sha256(f"{trained_s:.3f}".encode())
    for labels in sorted(scaled):
        digest.update(repr(labels).encode())
        digest.update(scaled[labels].tobytes())
    return digest.hexdigest()[:12]

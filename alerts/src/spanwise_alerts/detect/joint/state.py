"""What a joint rule knows of its agents: rows of the past, the newest scores, the model that makes them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.joint.features import MIX, Row, Seen, scaled_share, seen
from spanwise_alerts.detect.joint.model import LEAST_ROWS, Model, Score
from spanwise_alerts.question import Answer
from spanwise_alerts.rules.joint import Joint

RETRAIN_S: Final = 86400.0
MOST_AGENTS: Final = 2000
"""Of one rule; further ones are not watched."""

_AGAIN_S: Final = 3600.0
_MIX_GAIN: Final = 0.02
_LEAST_TOOLS: Final = 10.0


class State:
    """The agents of one rule.

    Attributes:
        at_s: the end of the newest stretch that was taken on, Unix time; before all time where none was.
        model: None as long as no agent has enough rows.
    """

    def __init__(self, rule: Joint) -> None:
        self.at_s = -math.inf
        self.model: Model | None = None
        self._rule = rule
        self._rows: dict[Labels, deque[Row]] = {}
        self._mixes: dict[Labels, dict[str, float]] = {}
        self._newest: dict[Labels, Row] = {}
        self._scores: dict[Labels, Score] = {}
        self._tried_s = -math.inf

    def take(self, answers: Sequence[Answer], at_s: float) -> None:
        """Take on the stretch that ends at `at_s` (Unix time), and score it; an earlier one is not looked at."""
        if at_s <= self.at_s:
            return
        self.at_s = at_s
        found = seen(self._rule, answers)
        self._newest = {labels: self._row(labels, each) for labels, each in found.items()}
        self._scores = self.model.score(self._newest, self._rule.rarities) if self.model else {}
        most = int(self._rule.history_s // self._rule.bucket_s)
        for labels, row in self._newest.items():
            if labels not in self._rows and len(self._rows) >= MOST_AGENTS:
                continue
            self._rows.setdefault(labels, deque(maxlen=most)).append(row)
            if not any(self._scores[labels].unusual if labels in self._scores else ()):
                self._learn_mix(labels, found[labels].tools)

    def _row(self, labels: Labels, found: Seen) -> Row:
        usual, total = self._mixes.get(labels), sum(found.tools.values())
        if usual and total >= _LEAST_TOOLS:
            names = usual.keys() | found.tools.keys()
            moved = sum(abs(usual.get(name, 0.0) - found.tools.get(name, 0.0) / total) for name in names) / 2
            return [*found.row[:MIX], scaled_share(moved)]
        return found.row

    def _learn_mix(self, labels: Labels, tools: Mapping[str, float]) -> None:
        total = sum(tools.values())
        if total < _LEAST_TOOLS:
            return
        usual = self._mixes.setdefault(labels, {name: count / total for name, count in tools.items()})
        for name in usual.keys() | tools.keys():
            share = tools.get(name, 0.0) / total
            usual[name] = usual.get(name, 0.0) + _MIX_GAIN * (share - usual.get(name, 0.0))

    @property
    def untrained(self) -> bool:
        """Whether it is time to learn anew: there is no model, or it is a day old; at most once an hour."""
        if self.at_s - self._tried_s < _AGAIN_S or all(len(rows) < LEAST_ROWS for rows in self._rows.values()):
            return False
        return self.model is None or self.at_s - self.model.trained_s >= RETRAIN_S

    def rows(self) -> dict[Labels, np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
        """Return a copy of the rows of each agent, to learn from elsewhere."""
        self._tried_s = self.at_s
        return {labels: np.array(rows, np.float64) for labels, rows in self._rows.items() if len(rows) >= LEAST_ROWS}

    def adopt(self, model: Model) -> None:
        """Judge by another model from now on."""
        self.model = model

    def learn(self) -> None:
        """Learn anew here and now."""
        self.adopt(Model(self.rows(), self.at_s, up=self._rule.direction == "up"))

    def judge_as(self, rule: Joint) -> None:
        """Judge from now on as a rule of the same shape says."""
        self._rule = rule

    def unusual(self) -> list[Labels]:
        """Return the agents of which the newest stretch is unusual."""
        return [labels for labels, score in self._scores.items() if any(score.unusual)]

    def of(self, labels: Labels) -> tuple[Score, Row] | None:
        """Return the newest score and row of an agent; None where it has none."""
        score = self._scores.get(labels)
        return (score, self._newest[labels]) if score else None

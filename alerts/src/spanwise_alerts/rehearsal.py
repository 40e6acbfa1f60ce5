"""Evaluate rules over numbers that are known, moment by moment: what a backtest and the tests of rules share."""

from __future__ import annotations

from collections.abc import Sequence

from spanwise_alerts.alert import Alert, Labels, Notice
from spanwise_alerts.detect.evaluate import Moved, State, evaluate, observe
from spanwise_alerts.group.identity import fingerprint, identity
from spanwise_alerts.notice import notice_of
from spanwise_alerts.question import Answer
from spanwise_alerts.rule import Rule


class Rehearsal:
    """One rule, judged as it is live; nobody is told, nothing is kept."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self.held: dict[Labels, Alert] = {}
        """What is pending or fires, by series."""
        self._said: dict[Labels, Notice] = {}
        self._state: State | None = None

    def learn(self, answers: Sequence[Answer], now_s: float) -> None:
        """Show a rule what was before: it is judged by it later, and nothing is told of it."""
        self._state = observe(self._rule, self._state, answers, now_s)

    def at(self, answers: Sequence[Answer], now_s: float) -> list[Notice]:
        """Judge the rule at a moment (Unix time), later than the one before; return what would be told."""
        told: list[Notice] = []
        self.learn(answers, now_s)
        for moved in evaluate(self._rule, answers, self.held, now_s, state=self._state):
            series = moved.alert.series
            if moved.alert.over:
                self.held.pop(series, None)
            else:
                self.held[series] = moved.alert
            before, alert = moved.before, moved.alert
            was = (before.tier, before.mark) if before else (None, 0)
            if (alert.tier, alert.mark) != was:
                self._said[series] = notice = self._notice(moved)
                told.append(notice)
        return told

    def says(self) -> list[Notice]:
        """Return what each alert that fires said last."""
        return [self._said[series] for series, alert in self.held.items() if alert.tier]

    def _notice(self, moved: Moved) -> Notice:
        labels = identity(self._rule, moved.alert.series)
        previous = moved.before.tier if moved.before else None
        return notice_of(self._rule, moved.alert, moved.reading, previous, labels, fingerprint(labels), "")

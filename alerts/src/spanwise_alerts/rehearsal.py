"""Evaluate rules over numbers that are known, moment by moment: what a backtest and the tests of rules share."""

from __future__ import annotations

from collections.abc import Sequence

from spanwise_alerts.alert import Alert, Labels, Notice
from spanwise_alerts.detect.evaluate import Moved, evaluate
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

    def at(self, answers: Sequence[Answer], now_s: float) -> list[Notice]:
        """Judge the rule at a moment (Unix time), later than the one before; return what would be told."""
        told: list[Notice] = []
        for moved in evaluate(self._rule, answers, self.held, now_s):
            if moved.alert.over:
                self.held.pop(moved.alert.series, None)
            else:
                self.held[moved.alert.series] = moved.alert
            previous = moved.before.tier if moved.before else None
            if moved.alert.tier != previous:
                told.append(self._notice(moved))
        return told

    def _notice(self, moved: Moved) -> Notice:
        labels = identity(self._rule, moved.alert.series)
        previous = moved.before.tier if moved.before else None
        return notice_of(self._rule, moved.alert, moved.reading, previous, labels, fingerprint(labels), "")

"""Absence: what is expected and did not come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.reading import Reading, Verdict
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rule import TierName
from spanwise_alerts.rules.absence import Absence

_FRESH_S: Final = 60.0


def questions(rule: Absence, _now_s: float) -> tuple[Question, ...]:
    """Ask what came; where nothing is listed, also what came before, every minute."""
    asked = Question(rule.measure, "count", rule.by, rule.filters, rule.window_s)
    if rule.expect is not None:
        return (asked,)
    return asked, Question(rule.measure, "count", rule.by, rule.filters, rule.history_s, fresh_s=_FRESH_S)


def readings(
    rule: Absence, answers: Sequence[Answer], held: Collection[Labels], _now_s: float
) -> dict[Labels, Reading]:
    """Read the expected series that did not come; a series that nobody expects any more is over."""
    del held
    came = answers[0]
    silent: dict[TierName, Verdict] = dict.fromkeys(rule.tiers, "breach")
    return {
        series: Reading(series, silent, 0.0, count)
        for series in _expected(rule, answers)
        if (count := came.of(series)[1]) < rule.min_count
    }


def _expected(rule: Absence, answers: Sequence[Answer]) -> list[Labels]:
    if rule.expect is not None:
        return [tuple(sorted((name, value) for name, value in series.items() if value)) for series in rule.expect]
    if not rule.by:
        return [()]
    history = answers[1]
    return [series for series, count in zip(history.table.labels, history.counts, strict=True) if count]

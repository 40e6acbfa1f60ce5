"""Change: the value of a series against its own in an earlier window."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.bounds import verdicts
from spanwise_alerts.detect.reading import Reading
from spanwise_alerts.quantity import human
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rules.change import Change

_OLD: Final = {"previous": "the window before", "1h": "an hour ago", "1d": "a day ago", "1w": "a week ago"}
_SLOW: Final = 60
_MOST_FRESH_S: Final = 300.0


def questions(rule: Change, _now_s: float) -> tuple[Question, ...]:
    """Ask for the value now and then; what is long ago is asked for less often."""
    now = Question(rule.measure, rule.stat, rule.by, rule.filters, rule.window_s)
    fresh_s = min(max(rule.ago_s, rule.window_s) / _SLOW, _MOST_FRESH_S)
    return now, Question(
        rule.measure, rule.stat, rule.by, rule.filters, rule.window_s, ago_s=rule.ago_s, fresh_s=fresh_s
    )


def readings(rule: Change, answers: Sequence[Answer], held: Collection[Labels], _now_s: float) -> dict[Labels, Reading]:
    """Read the series that breach a tier, and those of alerts that are held."""
    now, before = answers
    found: dict[Labels, Reading] = {}
    for series, value, count in zip(now.table.labels, now.values, now.counts, strict=True):
        baseline, seen = before.of(series)
        change = _change(rule, value, count, baseline, seen)
        judged = verdicts(rule.tiers, change)
        if series in held or "breach" in judged.values():
            words = {
                "current": human(value, rule.own_shown_unit),
                "baseline": human(baseline, rule.own_shown_unit),
                "against": _OLD[rule.against],
            }
            found[series] = Reading(series, judged, change, count, words)
    return found


def _change(rule: Change, value: float | None, count: int, baseline: float | None, seen: int) -> float | None:
    if value is None or baseline is None or min(count, seen) < rule.min_count:
        return None
    if not rule.relative:
        return value - baseline
    return None if baseline == 0 else (value - baseline) / abs(baseline)

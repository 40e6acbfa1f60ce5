"""Threshold: the value of a series against the bounds of its tiers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.bounds import beyond, verdicts
from spanwise_alerts.detect.reading import Reading
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rules.threshold import Threshold

_EXPECTED_S: Final = 86400.0
_FRESH_S: Final = 60.0


def questions(rule: Threshold, _now_s: float) -> tuple[Question, ...]:
    """Ask for the value; with `no_data: alert` also for what came within a day, every minute."""
    asked = Question(rule.measure, rule.stat, rule.by, rule.filters, rule.window_s)
    if rule.no_data != "alert":
        return (asked,)
    known_s = max(_EXPECTED_S, rule.window_s)
    return asked, Question(rule.measure, "count", rule.by, rule.filters, known_s, fresh_s=_FRESH_S)


def readings(
    rule: Threshold, answers: Sequence[Answer], held: Collection[Labels], _now_s: float
) -> dict[Labels, Reading]:
    """Read the series that breach a tier, and those of alerts that are held."""
    answer = answers[0]
    labels, counts = answer.table.labels, answer.counts
    suspects = {
        labels[place] for place in beyond(rule.tiers, answer.values) if counts[place] >= rule.min_count
    }  # fmt: skip
    found = {series: _reading(rule, series, *answer.of(series)) for series in suspects.union(held)}
    if rule.no_data == "alert":
        expected = set(answers[1].table.labels) if rule.by else {()}
        for series in expected:
            if answer.of(series)[1] == 0:
                found[series] = _silent(rule, series)
    return found


def _reading(rule: Threshold, series: Labels, value: float | None, count: int) -> Reading:
    if value is not None and count >= rule.min_count:
        return Reading(series, verdicts(rule.tiers, value), value, count)
    keeps = rule.no_data == "keep" or (rule.no_data == "alert" and count > 0)
    return Reading(series, dict.fromkeys(rule.tiers, "hold") if keeps else {}, value, count)


def _silent(rule: Threshold, series: Labels) -> Reading:
    mildest = next(iter(rule.tiers))
    return Reading(series, {**dict.fromkeys(rule.tiers, "hold"), mildest: "breach"})

"""Unpriced: calls without a price, counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.bounds import beyond, verdicts
from spanwise_alerts.detect.reading import Reading
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rules.unpriced import Unpriced


def questions(rule: Unpriced, _now_s: float) -> tuple[Question, ...]:
    """Ask how many there were."""
    return (Question(rule.measure, "count", rule.by, rule.filters, rule.window_s),)


def readings(
    rule: Unpriced, answers: Sequence[Answer], held: Collection[Labels], _now_s: float
) -> dict[Labels, Reading]:
    """Read the series that breach a tier, and those of alerts that are held."""
    (answer,) = answers
    suspects = {answer.table.labels[place] for place in beyond(rule.tiers, answer.values)}
    found: dict[Labels, Reading] = {}
    for series in suspects.union(held):
        value, count = answer.of(series)
        enough = value if count >= rule.min_count else None
        found[series] = Reading(series, verdicts(rule.tiers, enough), value, count)
    return found

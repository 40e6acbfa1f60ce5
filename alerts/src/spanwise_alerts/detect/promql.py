"""PromQL: each series of an expression against the bounds of the tiers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.bounds import beyond, verdicts
from spanwise_alerts.detect.reading import Reading
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rules.promql import Promql


def questions(rule: Promql, _now_s: float) -> tuple[Question, ...]:
    """Ask the expression."""
    return (Question("", "", rule.by, promql=rule.promql),)


def readings(rule: Promql, answers: Sequence[Answer], held: Collection[Labels], _now_s: float) -> dict[Labels, Reading]:
    """Read the series that breach a tier, and those of alerts that are held."""
    (answer,) = answers
    suspects = {answer.table.labels[place] for place in beyond(rule.tiers, answer.values)}
    found: dict[Labels, Reading] = {}
    for series in suspects.union(held):
        value, count = answer.of(series)
        found[series] = Reading(series, verdicts(rule.tiers, value), value, count)
    return found

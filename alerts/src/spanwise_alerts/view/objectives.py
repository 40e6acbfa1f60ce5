"""What is held against a limit all the time, as numbers for Prometheus: error budgets and budgets, also quiet ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from prometheus_client.core import GaugeMetricFamily

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.burn_rate import windows
from spanwise_alerts.quantity import human_duration
from spanwise_alerts.question import Answer
from spanwise_alerts.rule import Rule
from spanwise_alerts.rules.budget import Budget
from spanwise_alerts.rules.burn_rate import BurnRate
from spanwise_schema.alert_metrics import BUDGET_SPENT, BURN_RATE, OBJECTIVE
from spanwise_schema.metrics import LABEL, Metric

MOST_SERIES: Final = 100
"""Of one rule, and of one of its windows; the fullest ones are shown."""

Limited = Mapping[str, tuple[Rule, Sequence[Answer]]]


def families(limited: Limited) -> Iterator[GaugeMetricFamily]:
    """Write the last answers about each rule with a limit; a rule that was not answered yet is not there."""
    objective, burn, spent = (_family(metric) for metric in (OBJECTIVE, BURN_RATE, BUDGET_SPENT))
    for name, (rule, answers) in sorted(limited.items()):
        if isinstance(rule, BurnRate):
            objective.add_metric([name], rule.objective.value)
            for window_s, answer in zip(windows(rule), answers, strict=True):
                _add(burn, [name, human_duration(window_s)], answer, 1 - rule.objective.value)
        elif isinstance(rule, Budget):
            _add(spent, [name, rule.period], answers[0], rule.limit.value)
    yield from (objective, burn, spent)


def _add(family: GaugeMetricFamily, named: list[str], answer: Answer, whole: float) -> None:
    shares: dict[tuple[str, ...], float] = {}
    for series, value in zip(answer.table.labels, answer.values, strict=True):
        if value is not None:
            key = _labels(series)
            shares[key] = max(shares.get(key, 0.0), value / whole)
    for labels, share in sorted(shares.items(), key=lambda each: (-each[1], each[0]))[:MOST_SERIES]:
        family.add_metric([*named, *labels], share)


def _labels(series: Labels) -> tuple[str, ...]:
    # users and sessions are no dimension of a metric: of these the fullest one stands for all
    by = dict(series)
    return tuple(by.get(dimension, "") for dimension in LABEL)


def _family(metric: Metric) -> GaugeMetricFamily:
    return GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)

from __future__ import annotations

import pytest

from spanwise_alerts.detect.evaluate import evaluate, questions
from spanwise_alerts.question import Answer, Table
from spanwise_alerts.rules.kinds import KINDS, rule_of
from tests.alerts.answers import an_answer
from tests.alerts.builders import an_alert

RULES = {
    "threshold": {"measure": "llm.duration", "stat": "p95", "tiers": {"warning": {"above": "8s"}}},
    "change": {"measure": "llm.duration", "stat": "p95", "tiers": {"warning": {"above": "50%"}}},
    "absence": {"measure": "llm.calls", "tiers": {"warning": {}}},
    "budget": {"measure": "llm.cost", "limit": "$200"},
    "burn_rate": {"measure": "llm.errors", "objective": "99%"},
    "unpriced": {},
    "promql": {"promql": "up", "source": "p", "tiers": {"warning": {"above": 1}}},
    "unanswered": {},
    "dead_man": {},
    "runaway": {},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_evaluated_and_alerts_without_a_series_end_but_for_budgets(kind: str):
    rule = rule_of({"name": "llm-latency", "kind": kind, **RULES[kind]})
    answers = [Answer(Table(()), [], []) for _ in questions(rule, 1e9)]
    held = {(("model", "gone"),): an_alert(series=(("model", "gone"),), updated_at_s=1e9)}
    moved = {each.alert.series: each.alert for each in evaluate(rule, answers, held, 1e9 + 1)}
    # a budget that was reached stays so until its period ends
    assert moved[("model", "gone"),].over is (kind != "budget")


def test_a_series_that_neither_fires_nor_waits_is_not_in_the_answer():
    rule = rule_of({"name": "r", "by": ["model"], **RULES["threshold"]})
    assert evaluate(rule, [an_answer({"a": 1.0})], {}, 0.0) == []

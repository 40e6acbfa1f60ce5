from __future__ import annotations

import pytest

from spanwise_alerts.detect.evaluate import evaluate, observe, questions
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
    "anomaly": {"measure": "llm.duration", "stat": "p95", "keep_firing_for": "0"},
    "joint": {},
    "outage": {"keep_firing_for": "0"},
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
    state = observe(rule, None, answers, 1e9)
    moved = {each.alert.series: each.alert for each in evaluate(rule, answers, held, 1e9 + 1, state=state)}
    # a budget that was reached stays so until its period ends, and of agents nothing is known yet
    assert moved[("model", "gone"),].over is (kind not in {"budget", "joint"})


def test_a_series_that_neither_fires_nor_waits_is_not_in_the_answer():
    rule = rule_of({"name": "r", "by": ["model"], **RULES["threshold"]})
    assert evaluate(rule, [an_answer({"a": 1.0})], {}, 0.0) == []


def test_as_long_as_nothing_is_known_an_anomaly_stays_as_it_is():
    rule = rule_of({"name": "llm-latency", "kind": "anomaly", "by": ["model"], **RULES["anomaly"]})
    series = (("model", "a"),)
    (moved,) = evaluate(rule, [], {series: an_alert(series=series, updated_at_s=1e9)}, 1e9 + 1)
    assert moved.alert.tier == "warning"


def test_only_where_a_point_ends_is_there_something_to_learn():
    rule = rule_of({"name": "odd", "kind": "anomaly", "by": ["model"], **RULES["anomaly"]})
    state = observe(rule, None, [an_answer({"a": 1.0})], 90.0)
    assert state is not None
    assert state.names == []
    assert observe(rule, state, [an_answer({"a": 1.0})], 120.0) is state
    assert state.names == [(("model", "a"),)]
    assert observe(rule_of({"name": "r", **RULES["threshold"]}), None, [an_answer()], 120.0) is None

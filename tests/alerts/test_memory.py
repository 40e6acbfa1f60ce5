from __future__ import annotations

from spanwise_alerts.alert import Held
from spanwise_alerts.memory import GAP_S, Memory
from spanwise_alerts.rules.kinds import rule_of
from tests.alerts.builders import a_rule, an_alert


def test_alerts_are_kept_by_rule_and_series():
    memory = Memory([a_rule()])
    held = Held("aa", an_alert(), None)
    memory.keep("llm-latency", held.alert.series, held)
    assert list(memory.all()) == [held]
    memory.keep("llm-latency", held.alert.series, None)
    assert memory.of("llm-latency") == {}


def test_a_failure_is_news_once_and_so_is_its_end():
    memory = Memory([a_rule()])
    assert [memory.failed("llm-latency", at_s, "no") for at_s in (1.0, 2.0)] == [True, False]
    assert memory.health["llm-latency"].since_s == 1.0
    assert [memory.answered("llm-latency", at_s) for at_s in (3.0, 4.0)] == [True, False]
    assert memory.health["llm-latency"].since_s is None


def test_a_short_look_away_still_counts_as_watching():
    memory = Memory([a_rule()])
    assert memory.unwatched_s("llm-latency", 100.0) == 0.0
    memory.answered("llm-latency", 100.0)
    memory.failed("llm-latency", 101.0, "no")
    assert memory.unwatched_s("llm-latency", 100.0 + GAP_S) == 0.0
    assert memory.unwatched_s("llm-latency", 101.0 + GAP_S) == 1.0 + GAP_S


def test_a_rule_that_is_evaluated_seldom_is_due_after_its_time_or_once_it_failed():
    seldom = rule_of({"name": "b", "kind": "budget", "measure": "llm.cost", "limit": "$200"})
    memory = Memory([seldom, a_rule()])
    assert memory.due(seldom, 0.0)
    memory.answered("b", 0.0)
    memory.answered("llm-latency", 0.0)
    assert [memory.due(seldom, at_s) for at_s in (0.5, 4.5, 4.9)] == [False, False, True]
    assert memory.due(a_rule(), 0.5)
    memory.failed("b", 1.0, "no")
    assert memory.due(seldom, 1.5)

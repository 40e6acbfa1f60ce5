from __future__ import annotations

from spanwise_alerts.detect.evaluate import questions
from spanwise_alerts.gather.subject import subject_of
from tests.alerts.gather.asked import AT_S, notice, rule, subject

BUDGET = {"kind": "budget", "measure": "llm.cost", "limit": "$200", "stat": None, "tiers": None, "window": None}


def test_a_subject_is_the_rules_own_question_narrowed_to_the_series_of_the_alert():
    found = subject(where={"environment": "prod"})
    assert found.where == {"environment": "prod", "model": "gpt-4o"}
    assert (found.asked.measure, found.asked.stat, found.asked.window_s, found.asked.by) == (
        "llm.duration", "p95", 300.0, (),
    )  # fmt: skip
    assert found.parts == ("service", "agent", "provider", "error_type", "tenant")
    assert (found.threshold, found.unit, found.live) == (8.0, "s", True)


def test_it_is_compared_with_the_last_window_before_the_trouble_was_seen():
    assert subject().ago_s == 300.0 + 120.0  # the window, and the rule's `for`
    assert subject(notice(starts_at_s=AT_S - 600)).ago_s == 600.0 + 300.0 + 120.0
    assert subject(notice(starts_at_s=AT_S - 5 * 86400)).ago_s == 300.0  # so far back no window is kept


def test_a_tier_that_the_rule_has_no_more_waits_for_nothing():
    assert subject(notice(tier="critical")).ago_s == 300.0


def test_the_threshold_is_in_the_unit_of_what_is_drawn():
    burning = rule(kind="burn_rate", measure="llm.errors", stat=None, objective="99%", tiers=None)
    asked = questions(burning, AT_S)
    found = subject_of(burning, notice(threshold=14.4, tier="critical"), asked)
    assert found is not None
    assert round(found.threshold or 0.0, 6) == 0.144
    assert (found.asked.stat, found.unit, found.window_s) == ("ratio", "%", 300.0)
    assert subject(kind="change", tiers={"warning": {"above": "50%"}}).threshold is None
    outage = subject(kind="outage", measure=None, stat=None, by=None, window=None, tiers=None)
    assert (outage.measure.name, outage.threshold) == ("llm.errors", None)


def test_a_budget_is_told_by_its_limit_and_its_period_and_compared_by_the_hour():
    made = rule(**BUDGET, by=["agent"])
    told = notice(labels={"alertname": "day", "agent": "a"})
    found = subject_of(made, told, questions(made, AT_S))
    assert found is not None
    assert (found.threshold, found.where, found.compared_s) == (200.0, {"agent": "a"}, 3600.0)
    assert found.window_s == AT_S % 86400


def test_what_is_counted_by_user_is_in_no_live_window():
    made = rule(**BUDGET, by=["user"])
    found = subject_of(made, notice(labels={"alertname": "day", "user": "u"}), questions(made, AT_S))
    assert found is not None
    assert not found.live


def test_a_rule_that_measures_nothing_has_no_subject():
    made = rule(kind="dead_man", measure=None, stat=None, by=None, window=None, tiers=None)
    assert subject_of(made, notice(), questions(made, AT_S)) is None

from __future__ import annotations

from spanwise_alerts.gather.searches import failing, healthy, run_searches, samples
from spanwise_alerts.trace import RunSearch
from tests.alerts.gather.asked import AT_S, notice, subject

AGENT = notice(labels={"alertname": "x", "agent": "a"})


def test_slow_calls_are_those_beyond_the_threshold_and_a_healthy_one_is_within_it():
    slow = subject(where={"service": "s", "environment": "prod"})
    bad, good = failing(slow), healthy(slow)
    assert bad is not None
    assert good is not None
    assert bad.tags == {"spanwise.category": "llm", "spanwise.environment": "prod", "spanwise.model": "gpt-4o"}
    assert (bad.service, bad.shortest_s, bad.longest_s, bad.limit) == ("s", 8.0, None, 3)
    assert (bad.start_s, bad.end_s) == (AT_S - 300.0, AT_S)
    assert (good.tags["error"], good.longest_s, good.limit) == ("false", 8.0, 1)


def test_failed_calls_are_those_with_an_error():
    errors = subject(measure="llm.errors", stat="ratio", tiers={"warning": {"above": "5%"}})
    bad, good = failing(errors), healthy(errors)
    assert bad is not None
    assert good is not None
    assert (bad.tags["error"], good.tags["error"], bad.shortest_s, good.longest_s) == ("true", "false", None, None)
    of_one = notice(labels={"alertname": "x", "error_type": "timeout"})
    assert (
        healthy(
            subject(of_one, measure="llm.errors", stat="ratio", by=["error_type"], tiers={"warning": {"above": "5%"}})
        )
        is None
    )


def test_what_no_search_can_tell_is_chosen_from_the_samples():
    cost = subject(measure="llm.cost", stat="sum", tiers={"warning": {"above": "$1"}})
    assert failing(cost) is healthy(cost) is None
    found = samples(cost)
    assert (found["before"].end_s, found["now"].end_s, found["now"].limit) == (AT_S - 300.0, AT_S, 12)
    unpriced = samples(subject(kind="unpriced", measure=None, stat=None, tiers=None, by=["model"]))
    assert unpriced["now"].tags["spanwise.cost_source"] == "unpriced"


def test_runs_are_looked_for_as_runs():
    slow = subject(AGENT, measure="run.duration", by=["agent"])
    assert samples(slow) == {}
    found = run_searches(slow)
    assert found["failing"] == RunSearch({"agent": "a"}, "duration", AT_S, 600.0, 3)
    assert found["healthy"] == RunSearch({"agent": "a", "status": "ok"}, "start", AT_S - 420.0, 600.0, 1)
    failed = subject(AGENT, measure="run.errors", stat="count", by=["agent"], tiers={"warning": {"above": 1}})
    assert run_searches(failed)["failing"].where == {"agent": "a", "status": "error"}
    assert run_searches(subject()) == {}

from __future__ import annotations

from spanwise_alerts.gather.searches import run_searches, trace_searches
from spanwise_alerts.trace import RunSearch
from tests.alerts.gather.asked import AT_S, notice, subject

AGENT = notice(labels={"alertname": "x", "agent": "a"})


def test_slow_calls_are_those_beyond_the_threshold_and_a_healthy_one_is_within_it():
    found = trace_searches(subject(where={"service": "s", "environment": "prod"}))
    failing, healthy = found["failing"], found["healthy"]
    assert failing.tags == {
        "spanwise.category": "llm", "spanwise.environment": "prod", "spanwise.model": "gpt-4o"
    }  # fmt: skip
    assert (failing.service, failing.shortest_s, failing.longest_s, failing.limit) == ("s", 8.0, None, 3)
    assert (failing.start_s, failing.end_s) == (AT_S - 300.0, AT_S)
    assert (healthy.tags["error"], healthy.longest_s, healthy.limit) == ("false", 8.0, 1)


def test_failed_calls_are_those_with_an_error():
    errors = subject(measure="llm.errors", stat="ratio", tiers={"warning": {"above": "5%"}})
    found = trace_searches(errors)
    assert found["failing"].tags["error"] == "true"
    assert found["healthy"].tags["error"] == "false"


def test_what_has_no_order_in_the_store_is_chosen_from_a_sample():
    cost = trace_searches(subject(measure="llm.cost", stat="sum", tiers={"warning": {"above": "$1"}}))
    assert set(cost) == {"now", "before"}
    assert (cost["before"].end_s, cost["now"].limit) == (AT_S - 300.0, 20)
    unpriced = trace_searches(
        subject(kind="unpriced", measure=None, stat=None, tiers=None, by=["model"]),
    )
    assert unpriced["now"].tags["spanwise.cost_source"] == "unpriced"


def test_runs_are_looked_for_as_runs():
    slow = subject(AGENT, measure="run.duration", by=["agent"])
    assert trace_searches(slow) == {}
    found = run_searches(slow)
    assert found["failing"] == RunSearch({"agent": "a"}, "duration", AT_S, 600.0, 3)
    assert found["healthy"] == RunSearch({"agent": "a", "status": "ok"}, "start", AT_S - 420.0, 600.0, 1)
    failed = subject(AGENT, measure="run.errors", stat="count", by=["agent"], tiers={"warning": {"above": 1}})
    assert run_searches(failed)["failing"].where == {"agent": "a", "status": "error"}
    assert run_searches(subject()) == {}

from __future__ import annotations

from dataclasses import replace

from spanwise_alerts.evidence import Example
from spanwise_alerts.gather.examples import failing_in, healthy_in, of_runs, of_spans
from spanwise_alerts.trace import FoundRun, FoundSpan
from tests.alerts.gather.asked import subject

COST = {"measure": "llm.cost", "stat": "sum", "tiers": {"warning": {"above": "$1"}}}


def link(trace_id: str, start_s: float, end_s: float) -> str:
    return f"https://t/{trace_id}?{start_s:g}-{end_s:g}"


def span(trace_id: str, **tags: str | bool | float) -> FoundSpan:
    return FoundSpan(trace_id, "chat gpt-4o", 1000.0, 2.0, {f"spanwise.{name}": value for name, value in tags.items()})


def test_three_failing_traces_and_a_healthy_one_each_once():
    bad = [span("a", error_type="timeout"), span("a"), span("b"), span("c"), span("d")]
    found = of_spans(bad, [span("a"), span("h", cost_usd=0.25)], link)
    assert [(each.trace_id, each.failing) for each in found] == [
        ("a", True), ("b", True), ("c", True), ("h", False),
    ]  # fmt: skip
    assert found[0] == Example("a", "https://t/a?940-1062", "chat gpt-4o, 2 s, timeout", failing=True)
    assert found[3].summary == "chat gpt-4o, 2 s, $0.25"


def test_of_a_sample_those_show_the_trouble_that_are_beyond_the_threshold_the_slowest_first():
    quick, slow = span("a"), replace(span("b"), duration_s=9.0)
    slowest = replace(span("c"), duration_s=20.0)
    assert failing_in(subject(), [quick, slow, slowest]) == [slowest, slow]
    failed = replace(span("f"), tags={"error": True})
    assert healthy_in(subject(), [failed, slow, quick]) == [quick]


def test_of_a_sample_those_failed_that_say_so():
    failed = replace(span("f"), tags={"error": True})
    errors = subject(measure="llm.errors", stat="ratio", tiers={"warning": {"above": "5%"}})
    assert failing_in(errors, [span("a"), failed]) == [failed]
    assert healthy_in(errors, [failed, span("a")]) == [span("a")]


def test_of_a_sample_the_dearest_show_where_the_money_goes():
    sample = [span("a", cost_usd=0.1), span("b", cost_usd=0.9, input_tokens=1200), span("c"), span("d", cost_usd=0.5)]
    found = failing_in(subject(**COST), sample)
    assert [each.trace_id for each in found] == ["b", "d", "a"]
    (first, *_) = of_spans(found, [], link)
    assert first.summary == "chat gpt-4o, 2 s, 1,200 tokens in, $0.90"
    calls = subject(measure="llm.calls", stat="rate", tiers={"warning": {"above": 1}})
    assert failing_in(calls, sample) == sample


def test_runs_are_told_by_what_they_took():
    bad = FoundRun("a", "researcher", "error", "loop", 1000.0, 63.0, 40, 1.5, ("gpt-4o", "o3"))
    good = FoundRun("b", "", "ok", "", 1000.0, None, 2, None)
    failing, healthy = of_runs({"failing": [bad], "healthy": [good]}, link)
    assert failing.summary == "researcher, 63 s, 40 steps, loop, $1.50, gpt-4o"
    assert (healthy.summary, healthy.failing) == ("run without an agent, 2 steps", False)
    assert of_runs({"failing": [bad], "healthy": [bad]}, link) == (failing,)

from __future__ import annotations

from spanwise_alerts.evidence import Example
from spanwise_alerts.gather.examples import of_runs, of_spans
from spanwise_alerts.trace import FoundRun, FoundSpan
from tests.alerts.gather.asked import subject

COST = {"measure": "llm.cost", "stat": "sum", "tiers": {"warning": {"above": "$1"}}}


def link(trace_id: str, start_s: float, end_s: float) -> str:
    return f"https://t/{trace_id}?{start_s:g}-{end_s:g}"


def span(trace_id: str, **tags: str | bool | float) -> FoundSpan:
    return FoundSpan(trace_id, "chat gpt-4o", 1000.0, 2.0, {f"spanwise.{name}": value for name, value in tags.items()})


def test_three_failing_traces_and_a_healthy_one_each_once():
    failing = [span("a", error_type="timeout"), span("a"), span("b"), span("c"), span("d")]
    found = of_spans(subject(), {"failing": failing, "healthy": [span("a"), span("h", cost_usd=0.25)]}, link)
    assert [(each.trace_id, each.failing) for each in found] == [
        ("a", True), ("b", True), ("c", True), ("h", False),
    ]  # fmt: skip
    assert found[0] == Example("a", "https://t/a?940-1062", "chat gpt-4o, 2 s, timeout", failing=True)
    assert found[3].summary == "chat gpt-4o, 2 s, $0.25"


def test_without_a_search_for_failing_ones_the_dearest_of_the_sample_are_shown():
    sample = [span("a", cost_usd=0.1), span("b", cost_usd=0.9, input_tokens=1200), span("c"), span("d", cost_usd=0.5)]
    found = of_spans(subject(**COST), {"now": sample, "before": [span("z", cost_usd=0.01)]}, link)
    assert [each.trace_id for each in found] == ["b", "d", "a", "z"]
    assert found[0].summary == "chat gpt-4o, 2 s, 1,200 tokens in, $0.90"


def test_runs_are_told_by_what_they_took():
    bad = FoundRun("a", "researcher", "error", "loop", 1000.0, 63.0, 40, 1.5, ("gpt-4o", "o3"))
    good = FoundRun("b", "", "ok", "", 1000.0, None, 2, None)
    failing, healthy = of_runs({"failing": [bad], "healthy": [good]}, link)
    assert failing.summary == "researcher, 63 s, 40 steps, loop, $1.50, gpt-4o"
    assert (healthy.summary, healthy.failing) == ("run without an agent, 2 steps", False)
    assert of_runs({"failing": [bad], "healthy": [bad]}, link) == (failing,)

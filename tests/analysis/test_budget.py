import pytest

from spanwise_analysis.budget import BUDGETS, Budget, check


def test_the_budgets_to_begin_with_are_those_of_an_interactive_agent():
    assert {(budget.measure, budget.stat): budget.limit for budget in BUDGETS} == {
        ("run.duration", "p95"): 15.0, ("llm.duration", "p95"): 8.0, ("tool.duration", "p95"): 3.0,
        ("run.tokens", "max"): 50_000, ("run.cost", "max"): 0.50, ("run.steps", "max"): 15,
    }  # fmt: skip


def test_the_limit_itself_is_kept_and_more_is_not():
    budget = Budget("model time", "llm.duration", "p95", 8.0)
    for value, kept in ((8.0, True), (8.1, False), (0.0, True)):
        (verdict,) = check({("llm.duration", "p95"): value}, [budget])
        assert (verdict.kept, verdict.used) == (kept, value / 8)


def test_what_was_not_measured_is_no_breach():
    assert {verdict.kept for verdict in check({("run.cost", "max"): None})} == {None}


def test_there_is_one_verdict_a_budget_in_its_order():
    assert [verdict.budget for verdict in check({})] == list(BUDGETS)


@pytest.mark.parametrize(
    ("measure", "stat", "limit", "fault"),
    [
        ("llm.latency", "p95", 1, "measure 'llm.latency' is none of llm.calls"),
        ("llm.calls", "p95", 1, "stat 'p95' is none of count, sum, rate"),
        ("llm.duration", "p95", 0, "limit 0 should be a number above 0"),
        ("llm.duration", "p95", float("nan"), "limit nan should be"),
    ],
)
def test_a_budget_that_can_mean_nothing_is_refused(measure, stat, limit, fault):
    with pytest.raises(ValueError, match=fault):
        Budget("b", measure, stat, limit)

from collections import defaultdict

from spanwise_dashboards import panels
from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.query import Scope
from spanwise_schema.metrics import LLM_DURATION

ASK = Scope(())


def test_what_is_shared_asks_the_same_of_every_board():
    by_title = defaultdict(set)
    for board in boards():
        for panel in (panel for row in board.rows for panel in row.panels):
            by_title[panel.title].add(panel.kind)
    shared = [
        panels.runs_per_minute(ASK), panels.success_ratio(ASK), panels.run_p95(ASK), panels.cost_per_hour(ASK),
        panels.unpriced_calls(ASK), panels.tokens_per_minute(ASK), panels.model_p95(ASK, (), width=8),
        panels.tools(ASK, (), width=8), panels.error_ratio(ASK, LLM_DURATION, "Do calls fail?"),
        panels.budget_left(ASK),
        panels.calls_per_minute(ASK, LLM_DURATION, "How many?"),
        panels.call_p95(ASK, LLM_DURATION, "Are calls slow?", panels.SLOW_MODEL),
    ]  # fmt: skip
    for panel in shared:
        assert by_title[panel.title] == {panel.kind}


def test_money_that_is_missing_is_shown_even_when_there_is_none():
    assert panels.unpriced_calls(ASK).queries[0].expr.endswith("or vector(0)")


def test_the_tool_that_fails_most_is_first():
    assert panels.tools(ASK, (), width=8).options["sortBy"] == [{"desc": True, "displayName": "Error ratio"}]

"""Panels that more than one board shows: made once, so that a number is the same number everywhere."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards.board import Panel, Query, Threshold, Variable
from spanwise_dashboards.query import RANGE, Scope
from spanwise_dashboards.style import Column, bars, falling, named, of_line, rising, series, stat, table, to_board
from spanwise_schema.alert_metrics import BUDGET_SPENT
from spanwise_schema.metrics import (
    CACHE_READ_TOKENS,
    INPUT_TOKENS,
    LABEL,
    LLM_COST,
    LLM_DURATION,
    OUTPUT_TOKENS,
    RUN_DURATION,
    TOOL_DURATION,
    UNPRICED_CALLS,
    Metric,
)

ERRORS: Final = rising(0.01, 0.05)
"""For shares of what failed."""
SLOW_RUN: Final = rising(60, 120)
SLOW_MODEL: Final = rising(15, 30)
SLOW_TOOL: Final = rising(10, 30)

_MODEL: Final = LABEL["model"]
_TOOL: Final = LABEL["tool"]


def runs_per_minute(ask: Scope, *, width: int = 4) -> Panel:
    """Show how many runs end."""
    return stat("Runs per minute", "How busy is it?", Query(f"60 * {ask.rate(RUN_DURATION)}"), "cpm", width=width)


def success_ratio(ask: Scope, *, width: int = 4) -> Panel:
    """Show the share of runs that succeed."""
    query = Query(f"1 - {ask.error_ratio(RUN_DURATION)}")
    return stat("Success ratio", "Do runs succeed?", query, "percentunit", falling(0.95, 0.99), width=width)


def run_p95(ask: Scope, *, width: int = 4) -> Panel:
    """Show how long runs take."""
    return stat(
        "Run duration p95", "Are runs slow?", Query(ask.quantile(0.95, RUN_DURATION)), "s", SLOW_RUN, width=width
    )


def calls_per_minute(ask: Scope, metric: Metric, question: str, *, width: int = 4) -> Panel:
    """Show how many calls there are, of models or tools."""
    return stat("Calls per minute", question, Query(f"60 * {ask.rate(metric)}"), "cpm", width=width)


def error_ratio(ask: Scope, metric: Metric, question: str, *, width: int = 4) -> Panel:
    """Show the share of calls that fail, of models or tools."""
    return stat("Error ratio", question, Query(ask.error_ratio(metric)), "percentunit", ERRORS, width=width)


def call_p95(ask: Scope, metric: Metric, question: str, slow: tuple[Threshold, ...], *, width: int = 4) -> Panel:
    """Show how long calls take, of models or tools."""
    return stat("Call duration p95", question, Query(ask.quantile(0.95, metric)), "s", slow, width=width)


def cost_per_hour(ask: Scope) -> Panel:
    """Show what calls of models cost now."""
    return stat("Cost per hour", "What does it cost now?", Query(f"3600 * {ask.rate(LLM_COST)}"), "currencyUSD")


def unpriced_calls(ask: Scope) -> Panel:
    """Show how many calls are missing in every cost; 0 where none is."""
    query = Query(f"{ask.increase(UNPRICED_CALLS)} or vector(0)", instant=True)
    question = "How many model calls have no known price, and so are in no cost here?"
    return stat("Unpriced calls", question, query, "short", rising(1, 100))


def tokens_per_minute(ask: Scope, *, width: int = 12) -> Panel:
    """Show how many tokens go in and out."""
    queries = (
        Query(f"60 * {ask.rate(INPUT_TOKENS, sample='sum')}", "input"),
        Query(f"60 * {ask.rate(OUTPUT_TOKENS, sample='sum')}", "output"),
        Query(f"60 * {ask.rate(CACHE_READ_TOKENS)}", "input from cache"),
    )
    question = "Do prompts or answers grow, and does the provider's cache help?"
    return series("Tokens per minute", question, queries, "short", width=width)


def model_p95(ask: Scope, keep: tuple[Variable, ...], *, width: int) -> Panel:
    """Show how long each model takes; a click opens it."""
    query = Query(ask.quantile(0.95, LLM_DURATION, [_MODEL]), named(_MODEL), exemplars=True)
    question = "Which model is slow? Each diamond is a call with its trace id."
    link = of_line("spanwise-llm", keep, "model")
    return series("Model call p95 by model", question, (query,), "s", SLOW_MODEL, width=width, link=link)


def budget_left(ask: Scope, *, width: int = 8) -> Panel:
    """Show what is left of each budget, 0 to 1; a click opens the alerts of its rule."""
    spent = ask.highest(BUDGET_SPENT, ["rule", "period"])
    query = Query(f"clamp_min(1 - {spent}, 0)", "{{rule}} a {{period}}", instant=True)
    question = "How much of each budget is left in its period? 0 is spent, or overspent."
    link = of_line("spanwise-alerts", (), "rule")
    return bars("Budget left", question, query, "percentunit", falling(0.05, 0.2), width=width, link=link)


def tools(ask: Scope, keep: tuple[Variable, ...], *, width: int) -> Panel:
    """List tools, the one that fails most first; a click opens it."""
    return table(
        "Tools", "Which tool fails or is slow?", ((_TOOL, "Tool"),),
        (
            Column("Calls", ask.increase(TOOL_DURATION, [_TOOL]), "short"),
            Column("Error ratio", ask.error_ratio(TOOL_DURATION, [_TOOL], window=RANGE), "percentunit", ERRORS),
            Column("p95", ask.quantile(0.95, TOOL_DURATION, [_TOOL], window=RANGE), "s", SLOW_TOOL),
        ),
        worst_first="Error ratio", width=width, link=to_board("spanwise-tools", keep, "tool"),
    )  # fmt: skip

"""One agent: is it healthy, where does its time go, and what is to blame."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards.board import Board, Query, Row, Traces, Variable
from spanwise_dashboards.query import FAILED, RANGE, SUCCEEDED, Scope
from spanwise_dashboards.style import (
    Column,
    everywhere,
    falling,
    heat,
    rising,
    series,
    stat,
    table,
    to_board,
    trace_list,
)
from spanwise_schema.metrics import (
    INPUT_TOKENS,
    LABEL,
    LLM_DURATION,
    OUTPUT_TOKENS,
    RUN_COST,
    RUN_DURATION,
    RUN_LLM_SHARE,
    RUN_OWN_SHARE,
    RUN_STEPS,
    RUN_TOKENS,
    RUNS_ACTIVE,
    TOOL_DURATION,
)

_AGENT: Final = LABEL["agent"]
_MODEL: Final = LABEL["model"]
_TOOL: Final = LABEL["tool"]
_ERROR: Final = LABEL["error_type"]

_VARIABLES: Final = (
    *everywhere(RUN_DURATION),
    Variable("agent", "Agent", _AGENT, RUN_DURATION),
)
_ASK: Final = Scope(_VARIABLES)
_ERRORS: Final = rising(0.01, 0.05)
_SLOW: Final = rising(60, 120)
_RUNS: Final = _ASK.rate(RUN_DURATION)
_THIS_TRACE: Final = to_board("spanwise-traces", (), "trace_id")
_MODEL_OF_LINE: Final = to_board("spanwise-llm", _VARIABLES, "model", f"${{__field.labels.{_MODEL}}}")

_SUMMARY: Final = Row(
    "Summary",
    (
        stat(
            "Success ratio", "Do its runs succeed?", Query(f"1 - {_ASK.error_ratio(RUN_DURATION)}"), "percentunit",
            falling(0.95, 0.99),
        ),
        stat("Runs per minute", "How busy is it?", Query(f"60 * {_RUNS}"), "cpm"),
        stat("Run duration p95", "How long does a run take?", Query(_ASK.quantile(0.95, RUN_DURATION)), "s", _SLOW),
        stat("Steps p95", "Does it loop?", Query(_ASK.quantile(0.95, RUN_STEPS)), "short", rising(15, 30)),
        stat("Tokens p95", "Does its context grow?", Query(_ASK.quantile(0.95, RUN_TOKENS)), "short"),
        stat(
            "Cost p95", "What does a dear run cost?", Query(_ASK.quantile(0.95, RUN_COST)), "currencyUSD",
            rising(0.5, 1.5),
        ),
    ),
)  # fmt: skip

_RUN: Final = Row(
    "Runs",
    (
        heat(
            "Run duration", "One mode or two, and which outliers? Each diamond is a run with its trace id.",
            Query(_ASK.buckets(RUN_DURATION), "{{le}}", exemplars=True), "s", width=10,
        ),
        series(
            "Runs by outcome", "Which kinds of failure are there?",
            (
                Query(f"60 * {_ASK.rate(RUN_DURATION, [_ERROR], only=FAILED)}", f"{{{{{_ERROR}}}}}"),
                Query(f"60 * {_ASK.rate(RUN_DURATION, only=SUCCEEDED)}", "succeeded"),
            ),
            "cpm", width=7,
        ),
        series(
            "Runs in flight", "Do runs pile up or hang?",
            (Query(_ASK.gauge(RUNS_ACTIVE, [_AGENT]), f"{{{{{_AGENT}}}}}"),), "none", width=7,
        ),
    ),
)  # fmt: skip

_TIME: Final = Row(
    "Where the time goes",
    (
        series(
            "Share of a run's time, median", "Model, or the agent's own code?",
            (
                Query(_ASK.quantile(0.5, RUN_LLM_SHARE), "a model is at work"),
                Query(_ASK.quantile(0.5, RUN_OWN_SHARE), "neither model nor tool"),
            ),
            "percentunit",
        ),
        heat(
            "Steps of a run", "Are there loops and runaway plans?", Query(_ASK.buckets(RUN_STEPS), "{{le}}"), "none",
            width=8,
        ),
        series(
            "Tokens per minute", "Do prompts or answers grow?",
            (
                Query(f"60 * {_ASK.rate(INPUT_TOKENS, sample='sum')}", "input"),
                Query(f"60 * {_ASK.rate(OUTPUT_TOKENS, sample='sum')}", "output"),
            ),
            "short",
        ),
    ),
)  # fmt: skip

_PARTS: Final = Row(
    "Models and tools of this agent",
    (
        series(
            "Model call p95 by model", "Which model is slow? Each diamond is a call with its trace id.",
            (Query(_ASK.quantile(0.95, LLM_DURATION, [_MODEL]), f"{{{{{_MODEL}}}}}", exemplars=True),), "s",
            rising(15, 30), width=12, link=_MODEL_OF_LINE,
        ),
        table(
            "Tool calls", "Which tools fail or are slow?", ((_TOOL, "Tool"),),
            (
                Column("Calls", _ASK.increase(TOOL_DURATION, [_TOOL]), "short"),
                Column("Error ratio", _ASK.error_ratio(TOOL_DURATION, [_TOOL], window=RANGE), "percentunit", _ERRORS),
                Column("p95", _ASK.quantile(0.95, TOOL_DURATION, [_TOOL], window=RANGE), "s", rising(10, 30)),
            ),
            worst_first="Error ratio", width=12, link=to_board("spanwise-tools", _VARIABLES, "tool"),
        ),
    ),
)  # fmt: skip

_TRACES: Final = Row(
    "Traces",
    (
        trace_list(
            "Recent failed runs",
            "What does a failing run look like? A click opens it. Choose one service and one agent.",
            Traces("search", service="${service}", tags='gen_ai.agent.name="${agent}" error=true'), link=_THIS_TRACE,
        ),
    ),
)  # fmt: skip

BOARD: Final = Board(
    uid="spanwise-agent",
    title="Spanwise / Agent detail",
    question="One agent: is it healthy, where does its time go, which model or tool is to blame?",
    variables=_VARIABLES,
    rows=(_SUMMARY, _RUN, _TIME, _PARTS, _TRACES),
)

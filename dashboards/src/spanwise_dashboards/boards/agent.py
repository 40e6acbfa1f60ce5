"""One agent: is it healthy, where does its time go, and what is to blame."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards import panels
from spanwise_dashboards.board import Board, Query, Row, Traces, Variable
from spanwise_dashboards.query import FAILED, SUCCEEDED, Scope
from spanwise_dashboards.style import (
    everywhere,
    heat,
    named,
    of_line,
    rising,
    series,
    stat,
    to_board,
    trace_list,
)
from spanwise_schema.metrics import (
    LABEL,
    RUN_COST,
    RUN_DURATION,
    RUN_LLM_SHARE,
    RUN_OWN_SHARE,
    RUN_STEPS,
    RUN_TOKENS,
    RUNS_ACTIVE,
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
_THIS_TRACE: Final = to_board("spanwise-traces", (), "trace_id")
_MODEL_OF_LINE: Final = of_line("spanwise-llm", _VARIABLES, "model")

_SUMMARY: Final = Row(
    "Summary",
    (
        panels.success_ratio(_ASK),
        panels.runs_per_minute(_ASK),
        panels.run_p95(_ASK),
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
                Query(f"60 * {_ASK.rate(RUN_DURATION, [_ERROR], only=FAILED)}", named(_ERROR)),
                Query(f"60 * {_ASK.rate(RUN_DURATION, only=SUCCEEDED)}", "succeeded"),
            ),
            "cpm", width=7,
        ),
        series(
            "Runs in flight", "Do runs pile up or hang?",
            (Query(_ASK.gauge(RUNS_ACTIVE, [_AGENT]), named(_AGENT)),), "none", width=7,
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
        panels.tokens_per_minute(_ASK, width=8),
    ),
)  # fmt: skip

_PARTS: Final = Row(
    "Models and tools of this agent",
    (
        panels.model_p95(_ASK, _VARIABLES, width=12),
        panels.tools(_ASK, _VARIABLES, width=12),
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
    deeper=to_board("spanwise-traces", ()),
)

"""Tools: which are used, fail or are slow, and by whom."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards import panels
from spanwise_dashboards.board import Board, Query, Row, Variable
from spanwise_dashboards.query import FAILED, RANGE, Scope
from spanwise_dashboards.style import Column, everywhere, heat, named, rising, series, stat, table, to_board
from spanwise_schema.metrics import LABEL, RUN_REPEATED, RUN_STEPS, TOOL_DURATION

_AGENT: Final = LABEL["agent"]
_TOOL: Final = LABEL["tool"]
_ERROR: Final = LABEL["error_type"]

_VARIABLES: Final = (
    *everywhere(TOOL_DURATION),
    Variable("agent", "Agent", _AGENT, TOOL_DURATION),
    Variable("tool", "Tool", _TOOL, TOOL_DURATION),
)
_ASK: Final = Scope(_VARIABLES)
_BY: Final = (_TOOL, _AGENT)

_SUMMARY: Final = Row(
    "Summary",
    (
        panels.calls_per_minute(_ASK, TOOL_DURATION, "How much work is in tools?", width=5),
        panels.error_ratio(_ASK, TOOL_DURATION, "Do tools fail?", width=5),
        panels.call_p95(_ASK, TOOL_DURATION, "Are tools slow?", panels.SLOW_TOOL, width=5),
        stat(
            "Steps of a run p95", "How many calls of models and tools do long runs make?",
            Query(_ASK.quantile(0.95, RUN_STEPS)), "short", rising(15, 30),
        ),
        stat(
            "Repeated calls p95", "How many calls of a run repeat an earlier one?",
            Query(_ASK.quantile(0.95, RUN_REPEATED)), "short", rising(3, 10), width=5,
        ),
    ),
)  # fmt: skip

_RED: Final = Row(
    "Traffic, errors, duration",
    (
        series(
            "Calls by tool", "Which tools are used?",
            (Query(f"60 * {_ASK.rate(TOOL_DURATION, [_TOOL])}", named(_TOOL)),), "cpm",
        ),
        series(
            "Error ratio by tool", "Which tools fail?",
            (Query(_ASK.error_ratio(TOOL_DURATION, [_TOOL]), named(_TOOL)),), "percentunit", panels.ERRORS,
        ),
        series(
            "Call p95 by tool", "Which tools are slow? Each diamond is a call with its trace id.",
            (Query(_ASK.quantile(0.95, TOOL_DURATION, [_TOOL]), named(_TOOL), exemplars=True),), "s", panels.SLOW_TOOL,
        ),
    ),
)  # fmt: skip

_DETAIL: Final = Row(
    "Detail",
    (
        table(
            "Tools and agents", "Who uses what, and does it work? The worst error ratio is first.",
            ((_TOOL, "Tool"), (_AGENT, "Agent")),
            (
                Column("Calls", _ASK.increase(TOOL_DURATION, _BY), "short"),
                Column("Error ratio", _ASK.error_ratio(TOOL_DURATION, _BY, window=RANGE), "percentunit", panels.ERRORS),
                Column("p50", _ASK.quantile(0.5, TOOL_DURATION, _BY, window=RANGE), "s"),
                Column("p95", _ASK.quantile(0.95, TOOL_DURATION, _BY, window=RANGE), "s", panels.SLOW_TOOL),
            ),
            worst_first="Error ratio", link=to_board("spanwise-tools", _VARIABLES, "tool"),
        ),
        series(
            "Errors by type", "Time-outs, or faults of the tool?",
            (Query(f"60 * {_ASK.rate(TOOL_DURATION, [_ERROR], only=FAILED)}", named(_ERROR)),), "cpm", width=10,
        ),
        heat(
            "Call duration", "Which outliers are there?",
            Query(_ASK.buckets(TOOL_DURATION), "{{le}}", exemplars=True), "s", width=24,
        ),
    ),
)  # fmt: skip

BOARD: Final = Board(
    uid="spanwise-tools",
    title="Spanwise / Tools",
    question="Which tools are used, fail or are slow, and by whom?",
    variables=_VARIABLES,
    rows=(_SUMMARY, _RED, _DETAIL),
    deeper=to_board("spanwise-agent", _VARIABLES),
)

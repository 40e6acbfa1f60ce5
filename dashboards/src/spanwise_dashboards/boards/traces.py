"""Traces explorer: find a run and read it span by span."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards import panels
from spanwise_dashboards.board import Board, Query, Row, TextBox, Traces, Variable
from spanwise_dashboards.query import Scope
from spanwise_dashboards.style import (
    series,
    service_map,
    stat,
    to_board,
    trace_list,
    trace_view,
)
from spanwise_schema.metrics import LABEL, RUN_DURATION, RUNS_ACTIVE

_VARIABLES: Final = (Variable("service", "Service", LABEL["service"], RUN_DURATION, single=True),)
_BOXES: Final = (
    TextBox("operation", "Operation"),
    TextBox("tags", "Tags"),
    TextBox("shortest", "Shortest duration"),
    TextBox("trace_id", "Trace id"),
)
_ASK: Final = Scope(_VARIABLES)
_KEPT: Final = "".join(f"&${{{name}:queryparam}}" for name in ("traces", "operation", "tags", "shortest"))
_THIS_TRACE: Final = to_board("spanwise-traces", _VARIABLES, "trace_id") + _KEPT

_SERVICE: Final = Row(
    "The service",
    (
        panels.runs_per_minute(_ASK, width=6),
        panels.success_ratio(_ASK, width=6),
        panels.run_p95(_ASK, width=6),
        stat("Runs in flight", "What runs now?", Query(_ASK.gauge(RUNS_ACTIVE), instant=True), "none", width=6),
    ),
)  # fmt: skip

_FIND: Final = Row(
    "Find",
    (
        trace_list(
            "Found traces",
            "Which traces match service, operation, tags (`error=true user.id=42`) and shortest duration (`2s`)? "
            "A click shows one below.",
            Traces(
                "search", service="${service}", operation="${operation}", tags="${tags}", min_duration="${shortest}",
                limit=100,
            ),
            link=_THIS_TRACE, width=16,
        ),
        series(
            "Run duration", "Which moment was slow? A diamond opens its trace.",
            (Query(_ASK.quantile(0.95, RUN_DURATION), "p95", exemplars=True),), "s", panels.SLOW_RUN, width=8,
        ),
    ),
)  # fmt: skip

_READ: Final = Row(
    "Read",
    (
        trace_view("Chosen trace", "What happened in this run?", Traces("id", trace_id="${trace_id}")),
        service_map("Services", "Who calls whom?", Traces("dependencyGraph")),
    ),
)  # fmt: skip

BOARD: Final = Board(
    uid="spanwise-traces",
    title="Spanwise / Traces",
    question="Which run was it, and what happened in it, span by span?",
    variables=_VARIABLES,
    rows=(_SERVICE, _FIND, _READ),
    deeper=to_board("spanwise-agent", _VARIABLES),
    boxes=_BOXES,
)

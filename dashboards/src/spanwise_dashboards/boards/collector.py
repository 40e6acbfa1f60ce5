"""The collector itself: can the other boards be trusted."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards.board import Board, Query, Row, Variable
from spanwise_dashboards.query import Scope
from spanwise_dashboards.style import rising, series, stat, to_board
from spanwise_schema.metrics import (
    DUPLICATE,
    FIELD_FAULTS,
    FOLDED,
    JOURNAL_BYTES,
    LOG_RECORDS,
    OPEN_SPANS,
    OPEN_SPANS_EVICTED,
    PASSED_SERIES,
    PENDING,
    POINTS,
    RECEIVED,
    REFUSED,
    REJECTED,
    RUNS_EVICTED,
    SEGMENTS,
    SERIES,
    STORED,
    UNWINDOWED,
)

_VARIABLES: Final = (Variable("job", "Job", "job", RECEIVED), Variable("instance", "Instance", "instance", RECEIVED))
_ASK: Final = Scope(_VARIABLES)

_SUMMARY: Final = Row(
    "Summary",
    (
        stat("Spans per second", "How much comes in?", Query(_ASK.rate(RECEIVED)), "short"),
        stat(
            "Rejected spans", "How many spans could not be kept, of those shown time received?",
            Query(f"{_ASK.increase(REJECTED)} or vector(0)", instant=True), "short", rising(1, 1000),
        ),
        stat(
            "Refused requests", "How many requests were turned away?",
            Query(f"{_ASK.increase(REFUSED)} or vector(0)", instant=True), "short", rising(1, 100),
        ),
        stat("Waiting requests", "Does it keep up?", Query(_ASK.gauge(PENDING)), "short", rising(100, 1000)),
        stat("Series", "How many series are held?", Query(_ASK.gauge(SERIES)), "short"),
        stat(
            "Evicted runs", "How many runs in flight were forgotten for want of room?",
            Query(f"{_ASK.increase(RUNS_EVICTED)} or vector(0)", instant=True), "short", rising(1, 100),
        ),
    ),
)  # fmt: skip

_IN: Final = Row(
    "What comes in",
    (
        series(
            "Spans", "Where do spans go: kept, seen before?",
            (
                Query(_ASK.rate(RECEIVED), "received"),
                Query(_ASK.rate(STORED), "stored"),
                Query(_ASK.rate(DUPLICATE), "received before"),
            ),
            "short",
        ),
        series(
            "Rejected spans by reason", "What is wrong with them?",
            (Query(_ASK.rate(REJECTED, ["reason"]), "{{reason}}"),), "short",
        ),
        series(
            "Refused requests by reason", "Over which way, and why?",
            (Query(_ASK.rate(REFUSED, ["transport", "reason"]), "{{transport}} {{reason}}"),), "short",
        ),
        series(
            "Log records and metric points", "Which signals arrive beside spans, and what became of them?",
            (
                Query(_ASK.rate(LOG_RECORDS, ["outcome"]), "log records {{outcome}}"),
                Query(_ASK.rate(POINTS, ["outcome"]), "metric points {{outcome}}"),
            ),
            "short", width=12,
        ),
        series(
            "Values that were no such thing", "Which field does a sender fill with nonsense?",
            (Query(_ASK.rate(FIELD_FAULTS, ["field"]), "{{field}}"),), "short", width=12,
        ),
    ),
)  # fmt: skip

_STATE: Final = Row(
    "What it holds",
    (
        series(
            "Journal", "Does the journal grow without end?", (Query(_ASK.gauge(JOURNAL_BYTES), "journal"),), "bytes"
        ),
        series(
            "Segments and series", "Does the store or the number of series grow without end?",
            (
                Query(_ASK.gauge(SEGMENTS), "segments"),
                Query(_ASK.gauge(SERIES), "series"),
                Query(_ASK.gauge(PASSED_SERIES), "series passed on"),
            ),
            "short",
        ),
        series(
            "Spans remembered", "Is there room to tell calls from their duplicates?",
            (Query(_ASK.gauge(OPEN_SPANS), "remembered"), Query(_ASK.rate(OPEN_SPANS_EVICTED), "forgotten per second")),
            "short",
        ),
        series(
            "Folded labels", "Which label has too many values?",
            (Query(_ASK.rate(FOLDED, ["label"]), "{{label}}"),), "short", width=12,
        ),
        series(
            "Points outside the windows", "Does a sender's clock go wrong, or do spans come late?",
            (Query(_ASK.rate(UNWINDOWED, ["reason"]), "{{reason}}"),), "short", width=12,
        ),
    ),
)  # fmt: skip

BOARD: Final = Board(
    uid="spanwise-collector",
    title="Spanwise / Collector health",
    question="Can the other boards be trusted: is telemetry received, kept and counted?",
    variables=_VARIABLES,
    rows=(_SUMMARY, _IN, _STATE),
    deeper=to_board("spanwise-alerts", ()),
)

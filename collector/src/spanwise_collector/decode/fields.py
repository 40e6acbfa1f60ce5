"""The fields that every span has: read at once, checked, and made into columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final, cast

import polars as pl
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from spanwise_collector.decode.envelope import SpanEnvelope

Fields = tuple[bytes, bytes, bytes, str, int, int, int, bytes]
"""Trace id, span id, parent span id, name, kind, start, end, serialised status."""

read_fields: Final = cast(
    "Callable[[SpanEnvelope], Fields]",
    attrgetter(
        "trace_id", "span_id", "parent_span_id", "name", "kind",
        "start_time_unix_nano", "end_time_unix_nano", "status",
    ),
)  # fmt: skip

_INT64_MAX: Final = (1 << 63) - 1
_NO_TRACE_ID: Final = bytes(16)
_NO_SPAN_ID: Final = bytes(8)


def columns(rows: Sequence[Fields]) -> list[pl.Series]:
    """Make the columns of the fields; what is unset on the wire is null.

    Times beyond 64 signed bits are null too: `faults` says which rows have them. Raises
    google.protobuf.message.DecodeError for a status that is none.
    """
    traces, spans, parents, names, kinds, starts, ends, statuses = zip(*rows, strict=True) if rows else ((),) * 8
    status_of = {raw: Status.FromString(raw) for raw in set(statuses)}
    return [
        pl.Series("trace_id", traces, dtype=pl.Binary),
        pl.Series("span_id", spans, dtype=pl.Binary),
        pl.Series("parent_span_id", [_parent(parent) for parent in parents], dtype=pl.Binary),
        pl.Series("name", [name or None for name in names], dtype=pl.String),
        pl.Series("kind", kinds, dtype=pl.Int64),
        pl.Series("start_ns", [at if 0 < at <= _INT64_MAX else None for at in starts], dtype=pl.Int64),
        pl.Series("end_ns", [at if 0 < at <= _INT64_MAX else None for at in ends], dtype=pl.Int64),
        pl.Series("status_code", [status_of[raw].code for raw in statuses], dtype=pl.Int64),
        pl.Series("status_message", [status_of[raw].message or None for raw in statuses], dtype=pl.String),
    ]


def faults(rows: Sequence[Fields]) -> dict[int, str]:
    """Find the rows that no store could tell apart or place in time: row -> reason."""
    found: dict[int, str] = {}
    for row, (trace, span, _, _, _, start, end, _) in enumerate(rows):
        if len(trace) != len(_NO_TRACE_ID) or trace == _NO_TRACE_ID:
            found[row] = "no trace id"
        elif len(span) != len(_NO_SPAN_ID) or span == _NO_SPAN_ID:
            found[row] = "no span id"
        elif not end:
            found[row] = "no end time"
        elif end > _INT64_MAX or start > _INT64_MAX:
            found[row] = "time out of range"
    return found


def _parent(span_id: bytes) -> bytes | None:
    return span_id if len(span_id) == len(_NO_SPAN_ID) and span_id != _NO_SPAN_ID else None

"""What is read of the spans of a request, and what of a span is read in one way only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanwise_collector.decode.sparse import Attributes

EXCEPTION_TYPE: Final = "event.exception.type"


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans as columns.

    Attributes:
        columns: the columns of SPAN but for those of resource and scope, `attribute.<key>`, `event.exception.type`.
        bad: rows that no store could tell apart or place in time -> reason.
        faults: attribute key -> values that were no such thing.
    """

    columns: Sequence[pl.Series]
    bad: Mapping[int, str]
    faults: Mapping[str, int]


def put_exception(into: Attributes, row: int, events: Sequence[Span.Event]) -> None:
    """Keep the type of a span's first exception, for senders that say so nowhere else."""
    first = next((event for event in events if event.name == "exception"), None)
    for attribute in () if first is None else first.attributes:
        if put := into.parsed(attribute):
            add_row, add_value, value = put
            add_row(row)
            add_value(value)

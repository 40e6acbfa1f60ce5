"""The spans of a request, each parsed by protobuf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from spanwise_collector.decode import fields
from spanwise_collector.decode.envelope import open_span
from spanwise_collector.decode.spans import EXCEPTION_TYPE, Spans, put_exception
from spanwise_collector.decode.sparse import Attributes
from spanwise_schema.columns import ATTRIBUTE, Kind


def read(spans: Sequence[bytes], wanted: Mapping[str, Kind]) -> Spans:
    """Read spans. Raises google.protobuf.message.DecodeError where they are none."""
    attributes, exceptions = Attributes(wanted), Attributes({"exception.type": "str"})
    rows: list[fields.Fields] = []
    for row, raw in enumerate(spans):
        span = open_span(raw)
        rows.append(fields.read_fields(span))
        for attribute in span.attributes:
            if put := attributes[attribute]:
                add_row, add_value, value = put
                add_row(row)
                add_value(value)
        if span.events:
            put_exception(exceptions, row, span.events)
    columns = fields.columns(rows)
    columns.append(pl.Series("raw", spans, dtype=pl.Binary))
    columns += [column.series(ATTRIBUTE + key, len(rows)) for key, column in attributes.columns.items()]
    columns += [column.series(EXCEPTION_TYPE, len(rows)) for column in exceptions.columns.values()]
    return Spans(columns, fields.faults(rows), {key: column.faults for key, column in attributes.columns.items()})

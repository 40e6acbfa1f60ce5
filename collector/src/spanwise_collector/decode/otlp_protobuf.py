"""An OTLP trace export request, as protobuf, to a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import polars as pl
from google.protobuf.message import DecodeError

from spanwise_collector.batch import Decoded, Wanted
from spanwise_collector.decode import fields
from spanwise_collector.decode.envelope import RequestEnvelope, SpanEnvelope, open_request, open_span
from spanwise_collector.decode.sparse import Attributes
from spanwise_collector.errors import Malformed, TooLarge
from spanwise_schema.columns import ATTRIBUTE, RESOURCE

MAX_SPANS: Final = 200_000
"""Spans in one request: exporters send 512, gateways some thousand."""

EXCEPTION_TYPE: Final = "event.exception.type"


def decode(body: bytes, wanted: Wanted) -> Decoded:
    """Turn an ExportTraceServiceRequest into a batch.

    Spans without ids or an end are counted in `rejected`, the others kept. A start of 0 and an empty text are
    null. Raises Malformed if the bytes are no such request, TooLarge if it has more than MAX_SPANS spans.
    """
    try:
        request = open_request(body)
        _refuse_crowds(request)
        return _Walk(wanted).batch(request)
    except DecodeError as fault:
        raise Malformed(f"expected an ExportTraceServiceRequest as protobuf, got {len(body)} bytes: {fault}") from fault


def _refuse_crowds(request: RequestEnvelope) -> None:
    spans = sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
    if spans > MAX_SPANS:
        raise TooLarge(f"expected at most {MAX_SPANS} spans in a request, got {spans}")


class _Walk:
    """One pass over a request; Python touches every span here and nowhere else."""

    def __init__(self, wanted: Wanted) -> None:
        self.resources = Attributes(wanted.resource)
        self.attributes = Attributes(wanted.attributes)
        self.exceptions = Attributes({"exception.type": "str"})
        self.raws: list[bytes] = []
        self.fields: list[fields.Fields] = []
        self.resource: list[bytes] = []
        self.scope: list[tuple[str | None, str | None]] = []
        self.resource_of_row: list[int] = []
        self.scope_of_row: list[int] = []

    def batch(self, request: RequestEnvelope) -> Decoded:
        """Walk once, then make the frame without the rows that are no spans."""
        for resource_spans in request.resource_spans:
            resource = resource_spans.resource
            for attribute in resource.attributes:
                if put := self.resources.parsed(attribute):
                    add_row, add_value, value = put
                    add_row(len(self.resource))
                    add_value(value)
            for scope_spans in resource_spans.scope_spans:
                scope, spans = scope_spans.scope, scope_spans.spans
                self.resource_of_row += [len(self.resource)] * len(spans)
                self.scope_of_row += [len(self.scope)] * len(spans)
                self.scope.append((scope.name or None, scope.version or None))
                self._spans(spans)
            self.resource.append(resource.SerializeToString())
        frame, bad = self._frame(), fields.faults(self.fields)
        if bad:
            frame = frame.filter(pl.Series([row not in bad for row in range(frame.height)], dtype=pl.Boolean))
        return Decoded(frame, len(self.raws), dict(Counter(bad.values())), self._faults())

    def _spans(self, spans: Sequence[bytes]) -> None:
        attributes, add_fields = self.attributes, self.fields.append
        for row, raw in enumerate(spans, len(self.raws)):
            span = open_span(raw)
            add_fields(fields.read_fields(span))
            for attribute in span.attributes:
                if put := attributes[attribute]:
                    add_row, add_value, value = put
                    add_row(row)
                    add_value(value)
            if span.events:
                self._exception(row, span)
        self.raws.extend(spans)

    def _exception(self, row: int, span: SpanEnvelope) -> None:
        """Keep the type of a span's first exception, for senders that say so nowhere else."""
        first = next((event for event in span.events if event.name == "exception"), None)
        for attribute in () if first is None else first.attributes:
            if put := self.exceptions.parsed(attribute):
                add_row, add_value, value = put
                add_row(row)
                add_value(value)

    def _frame(self) -> pl.DataFrame:
        height = len(self.raws)
        of_scope = pl.Series(self.scope_of_row, dtype=pl.UInt32)
        of_resource = pl.Series(self.resource_of_row, dtype=pl.UInt32)
        found = fields.columns(self.fields)
        found += [
            pl.Series("scope_name", [name for name, _ in self.scope], dtype=pl.String)[of_scope],
            pl.Series("scope_version", [version for _, version in self.scope], dtype=pl.String)[of_scope],
            pl.Series("resource", self.resource, dtype=pl.Binary)[of_resource],
            pl.Series("raw", self.raws, dtype=pl.Binary),
        ]
        found += [column.series(ATTRIBUTE + key, height) for key, column in self.attributes.columns.items()]
        found += [
            column.series(RESOURCE + key, len(self.resource))[of_resource]
            for key, column in self.resources.columns.items()
        ]
        found += [column.series(EXCEPTION_TYPE, height) for column in self.exceptions.columns.values()]
        return pl.DataFrame(found)

    def _faults(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        for key, column in (*self.resources.columns.items(), *self.attributes.columns.items()):
            found[key] += column.faults
        return dict(+found)

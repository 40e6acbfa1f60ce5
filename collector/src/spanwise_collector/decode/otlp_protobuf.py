"""An OTLP trace export request, as protobuf, to a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import polars as pl
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanwise_collector.batch import Decoded, Wanted
from spanwise_collector.decode import at_once, one_by_one
from spanwise_collector.decode.envelope import RequestEnvelope, open_request
from spanwise_collector.decode.shallow import sparing
from spanwise_collector.decode.spans import EXCEPTION_TYPE, Spans
from spanwise_collector.decode.sparse import Attributes
from spanwise_collector.decode.wire import Unusual
from spanwise_collector.errors import Malformed, TooLarge
from spanwise_schema.columns import RESOURCE, SPAN, Kind

__all__ = ["EXCEPTION_TYPE", "MAX_SPANS", "decode"]

MAX_SPANS: Final = 200_000
"""Spans in one request: exporters send 512, gateways some thousand."""


def decode(body: bytes, wanted: Wanted) -> Decoded:
    """Turn an ExportTraceServiceRequest into a batch.

    Spans without ids or an end are counted in `rejected`, the others kept. A start of 0 and an empty text are
    null. Raises Malformed if the bytes are no such request, TooLarge if it has more than MAX_SPANS spans.
    """

    def read(readable: bytes) -> Decoded:
        request = open_request(readable)
        _refuse_crowds(request)
        return _batch(_Origins(request, wanted.resource), wanted.attributes)

    try:
        return sparing(read, body, ExportTraceServiceRequest)
    except DecodeError as fault:
        raise Malformed(f"expected an ExportTraceServiceRequest as protobuf, got {len(body)} bytes: {fault}") from fault


def _refuse_crowds(request: RequestEnvelope) -> None:
    spans = sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
    if spans > MAX_SPANS:
        raise TooLarge(f"expected at most {MAX_SPANS} spans in a request, got {spans}")


def _batch(origins: _Origins, wanted: Mapping[str, Kind]) -> Decoded:
    spans = _read(origins.spans, wanted)
    found = {column.name: column for column in (*spans.columns, *origins.columns())}
    frame = pl.DataFrame([*(found.pop(name) for name in SPAN), *found.values()])
    if spans.bad:
        frame = frame.filter(pl.Series([row not in spans.bad for row in range(frame.height)], dtype=pl.Boolean))
    faults = Counter(origins.faults())
    faults.update(spans.faults)
    return Decoded(frame, len(origins.spans), dict(Counter(spans.bad.values())), dict(+faults))


def _read(spans: list[bytes], wanted: Mapping[str, Kind]) -> Spans:
    if len(spans) in at_once.SPANS:
        try:
            return at_once.read(spans, wanted)
        except Unusual:
            pass
    return one_by_one.read(spans, wanted)


class _Origins:
    """The resources and scopes of a request, and which span has which."""

    def __init__(self, request: RequestEnvelope, wanted: Mapping[str, Kind]) -> None:
        self.spans: list[bytes] = []
        self._attributes = Attributes(wanted)
        self._resources: list[bytes] = []
        self._scopes: list[tuple[str | None, str | None]] = []
        self._resource_of_row: list[int] = []
        self._scope_of_row: list[int] = []
        for resource_spans in request.resource_spans:
            resource, number = resource_spans.resource, len(self._resources)
            for attribute in resource.attributes:
                if put := self._attributes.parsed(attribute):
                    add_row, add_value, value = put
                    add_row(number)
                    add_value(value)
            for scope_spans in resource_spans.scope_spans:
                scope, spans = scope_spans.scope, scope_spans.spans
                self._resource_of_row += [number] * len(spans)
                self._scope_of_row += [len(self._scopes)] * len(spans)
                self._scopes.append((scope.name or None, scope.version or None))
                self.spans.extend(spans)
            self._resources.append(resource.SerializeToString())

    def columns(self) -> list[pl.Series]:
        """Make the columns of scope and resource, and `resource.<key>`."""
        of_scope = pl.Series(self._scope_of_row, dtype=pl.UInt32)
        of_resource = pl.Series(self._resource_of_row, dtype=pl.UInt32)
        scopes = [
            pl.Series("scope_name", [name for name, _ in self._scopes], dtype=pl.String),
            pl.Series("scope_version", [version for _, version in self._scopes], dtype=pl.String),
        ]
        resources = [
            column.series(RESOURCE + key, len(self._resources)) for key, column in self._attributes.columns.items()
        ]
        resources.append(pl.Series("resource", self._resources, dtype=pl.Binary))
        # Column by column: a gather over a frame waits for another thread.
        return [*(column[of_scope] for column in scopes), *(column[of_resource] for column in resources)]

    def faults(self) -> dict[str, int]:
        """Count the values of resource attributes that were no such thing, by key."""
        return {key: column.faults for key, column in self._attributes.columns.items()}

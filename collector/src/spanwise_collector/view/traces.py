"""One trace with every attribute that its sender gave."""

from __future__ import annotations

import base64
from typing import Any, Final

from fastapi import APIRouter, Depends, HTTPException
from fastapi.concurrency import run_in_threadpool
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from spanwise_collector.reader import Reader
from spanwise_collector.view import params
from spanwise_schema.columns import CALL
from spanwise_schema.measures import NANO
from spanwise_schema.money import to_usd

_TRACE_ID_DIGITS: Final = 32


def routes(reader: Reader) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api/v1", tags=["traces"])

    @router.get(
        "/traces/{trace_id}",
        summary="The spans of a trace, oldest first, with all their attributes",
        dependencies=[Depends(params.no_parameters)],
    )
    async def trace(trace_id: str) -> dict[str, Any]:
        """Of a long trace the oldest spans are told, 20,000 and 32 MiB at most; `total` says how many it has."""
        wanted = params.identifier("trace_id", trace_id, _TRACE_ID_DIGITS)
        await reader.settled()
        found = await run_in_threadpool(_trace, reader, wanted)
        if found is None:
            raise HTTPException(404, f"no span of trace {trace_id} is stored")
        return found

    _ = trace
    return router


def _trace(reader: Reader, trace_id: bytes) -> dict[str, Any] | None:
    found = reader.oldest_spans(trace_id)
    if not found.total:
        return None
    spans = [_span(row) for row in found.spans.iter_rows(named=True)]
    return {"trace_id": trace_id.hex(), "total": found.total, "truncated": len(spans) < found.total, "spans": spans}


def _span(row: dict[str, Any]) -> dict[str, Any]:
    span, resource = Span.FromString(row["raw"]), Resource.FromString(row["resource"])
    cost = row["cost_pico_usd"]
    return {
        "span_id": row["span_id"].hex(),
        "parent_span_id": row["parent_span_id"].hex() if row["parent_span_id"] else None,
        "name": span.name,
        "kind": Span.SpanKind.Name(span.kind) if span.kind in Span.SpanKind.values() else str(span.kind),
        "start_ns": span.start_time_unix_nano,
        "end_ns": span.end_time_unix_nano,
        "duration_s": None if row["duration_ns"] is None else row["duration_ns"] / NANO,
        "status": {"code": _status(span), "message": span.status.message},
        "attributes": _attributes(span.attributes),
        "events": [
            {"name": e.name, "time_ns": e.time_unix_nano, "attributes": _attributes(e.attributes)} for e in span.events
        ],
        "links": [{"trace_id": link.trace_id.hex(), "span_id": link.span_id.hex()} for link in span.links],
        "scope": {"name": row["scope_name"], "version": row["scope_version"]},
        "resource": _attributes(resource.attributes),
        "call": {name: row[name] for name in CALL if row[name] is not None},
        "cost_usd": None if cost is None else to_usd(cost),
        "cost_source": row["cost_source"],
    }


def _status(span: Span) -> str:
    codes = Status.StatusCode
    return codes.Name(span.status.code) if span.status.code in codes.values() else str(span.status.code)


def _attributes(pairs: Any) -> dict[str, Any]:  # noqa: ANN401 - a protobuf container has no public type
    found: list[KeyValue] = list(pairs)
    return {pair.key: _value(pair.value) for pair in found}


def _value(value: AnyValue) -> Any:  # noqa: ANN401 - what JSON can say
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [_value(item) for item in value.array_value.values]
        case "kvlist_value":
            return _attributes(value.kvlist_value.values)
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case "double_value":
            number = value.double_value
            return number if abs(number) < float("inf") else str(number)  # JSON has no NaN
        case name:
            return getattr(value, name)

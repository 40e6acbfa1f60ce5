"""A trace in Jaeger's JSON: spans with tags, references and logs, and the processes they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanwise_collector import tags
from spanwise_collector.reader import TraceSpans
from spanwise_collector.tags import UNKNOWN_SERVICE, Tag

_US_NS: Final = 1_000
_EXACT: Final = 2**53 - 1  # a browser's numbers are exact up to here; larger ones go as text, as Jaeger does
_SERVICE: Final = "service.name"
_FLAGS: Final = 0xFF  # the trace flags of W3C; OTLP keeps others above them


def render(trace: TraceSpans) -> dict[str, Any]:
    """Render one trace with at least one span; times in whole microseconds."""
    processes: dict[tuple[str, bytes], str] = {}
    spans = [_span(row, processes) for row in trace.spans.iter_rows(named=True)]
    left_out = trace.total - len(spans)
    return {
        "traceID": spans[0]["traceID"],
        "spans": spans,
        "processes": {name: _process(*process) for process, name in processes.items()},
        "warnings": [f"{left_out} of {trace.total} spans are left out, the newest ones"] if left_out else None,
    }


def _span(row: Mapping[str, Any], processes: dict[tuple[str, bytes], str]) -> dict[str, Any]:
    span = Span.FromString(row["raw"])
    process = (row["service"] or UNKNOWN_SERVICE, row["resource"])
    backwards = row["end_ns"] < row["start_ns"]
    return {
        "traceID": row["trace_id"].hex(),
        "spanID": row["span_id"].hex(),
        "operationName": row["name"] or "",
        "processID": processes.setdefault(process, f"p{len(processes) + 1}"),
        "startTime": row["start_ns"] // _US_NS,
        "duration": max(0, row["end_ns"] - row["start_ns"]) // _US_NS,
        "flags": span.flags & _FLAGS,
        "references": list(_references(row, span)),
        "tags": _fields(tags.of_span(row, span)),
        "logs": [
            {
                "timestamp": event.time_unix_nano // _US_NS,
                "fields": _fields([Tag("event", "string", event.name), *tags.of(event.attributes)]),
            }
            for event in span.events
        ],
        "warnings": ["it ended before it began: a clock was set back"] if backwards else None,
    }


def _references(row: Mapping[str, Any], span: Span) -> Iterator[dict[str, str]]:
    if row["parent_span_id"]:
        parent = row["parent_span_id"].hex()
        yield {"refType": "CHILD_OF", "traceID": row["trace_id"].hex(), "spanID": parent}
    for link in span.links:
        yield {"refType": "FOLLOWS_FROM", "traceID": link.trace_id.hex(), "spanID": link.span_id.hex()}


def _process(service: str, resource: bytes) -> dict[str, Any]:
    found = tags.of(Resource.FromString(resource).attributes)
    return {"serviceName": service, "tags": _fields(tag for tag in found if tag.key != _SERVICE)}


def _fields(found: Iterable[Tag]) -> list[dict[str, Any]]:
    return [{"key": tag.key, "type": tag.type, "value": _exact(tag)} for tag in found]


def _exact(tag: Tag) -> str | bool | float:
    return str(tag.value) if tag.type == "int64" and abs(tag.value) > _EXACT else tag.value  # type: ignore[arg-type]

"""Recorded exports, played again at other times: the same calls of the same SDKs, as new ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.support.otlp import key_values

FOLDER = Path(__file__).parents[1] / "data/dialects"
ENVIRONMENTS = ("prod", "staging")
TENANTS = ("acme", "globex")


def recordings(kind: str) -> list[ExportTraceServiceRequest]:
    """Read the recorded exports of spans of a kind: plain, stream, tool, error."""
    files = sorted(file for file in FOLDER.glob(f"*.{kind}.pb"))
    return [ExportTraceServiceRequest.FromString(file.read_bytes()) for file in files]


def replayed(recording: ExportTraceServiceRequest, number: int, end_ns: int, version: str) -> ExportTraceServiceRequest:
    """Make calls of their own out of a recording: the last ends at `end_ns`; `number` makes the ids."""
    made = ExportTraceServiceRequest()
    made.CopyFrom(recording)
    shift_ns = end_ns - max((span.end_time_unix_nano for span in _spans(made)), default=end_ns)
    for resource in made.resource_spans:
        told = {
            "service.version": version,
            "deployment.environment.name": ENVIRONMENTS[number % 2],
            "spanwise.tenant": TENANTS[number % 2],
        }
        kept = [pair for pair in resource.resource.attributes if pair.key not in told]
        del resource.resource.attributes[:]
        resource.resource.attributes.extend([*kept, *key_values(told)])
    for span in _spans(made):
        span.start_time_unix_nano += shift_ns
        span.end_time_unix_nano += shift_ns
        for event in span.events:
            event.time_unix_nano += shift_ns
        _rename(span, number)
    return made


def _spans(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            yield from scope.spans


def _rename(span: Span, number: int) -> None:
    mask = random.Random(number).randbytes(16)
    span.trace_id = _mixed(span.trace_id, mask)
    span.span_id, span.parent_span_id = _mixed(span.span_id, mask), _mixed(span.parent_span_id, mask)
    for link in span.links:
        link.trace_id, link.span_id = _mixed(link.trace_id, mask), _mixed(link.span_id, mask)
    for pair in span.attributes:
        # an answer's id says which call it was: another call has another one
        if pair.key.endswith(("response.id", "response_id")) and pair.value.string_value:
            pair.value.string_value += f"-{number}"


def _mixed(name: bytes, mask: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(name, mask, strict=False))

"""What becomes of a request of each signal: the bytes that are kept, and the batch that is in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanwise_collector.accept.gate import Encoding, Signal
from spanwise_collector.batch import Decoded
from spanwise_collector.decode import decode, read_logs, read_metrics, to_protobuf
from spanwise_collector.normalise import WANTED
from spanwise_collector.point import Point
from spanwise_collector.signals.events import calls_of
from spanwise_collector.signals.usage import usage_of
from spanwise_collector.store.wal import Kind

_MESSAGE: Final[dict[Signal, type[Message]]] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}


@dataclass(frozen=True, slots=True)
class Intake:
    """One request, read.

    Attributes:
        kind: what the journal keeps: spans, or points.
        record: the bytes that it keeps; none where nothing in the request is used.
        decoded: the batch that is in them.
        refused: reason -> spans, log records or points of the request that were not taken.
        outcomes: what became of log records and points, of which only counts are left: word -> how many.
    """

    kind: Kind
    record: bytes
    decoded: Decoded
    refused: Mapping[str, int] = field(default_factory=dict[str, int])
    outcomes: Mapping[str, int] = field(default_factory=dict[str, int])


def read(body: bytes, encoding: Encoding, signal: Signal) -> Intake:
    """Read one request. Raises Malformed, TooLarge."""
    return _READ[signal](to_protobuf(body, _MESSAGE[signal]) if encoding == "json" else body)


def reread(record: bytes, kind: Kind) -> Decoded:
    """Make the batch of a request that the journal kept. Raises Malformed, TooLarge."""
    if kind == "spans":
        return decode(record, WANTED)
    points = read_metrics(record)
    return _with_points(points.points)


def _traces(body: bytes) -> Intake:
    decoded = decode(body, WANTED)
    return Intake("spans", body, decoded, decoded.rejected)


def _logs(body: bytes) -> Intake:
    told = calls_of(read_logs(body))
    outcomes = {"call": told.calls, "unused": told.unused, "rejected": sum(told.rejected.values())}
    return Intake("spans", told.request, decode(told.request, WANTED), told.rejected, outcomes)


def _metrics(body: bytes) -> Intake:
    points = read_metrics(body)
    record = body if points.points else b""
    outcomes = {"rejected": sum(points.rejected.values())}
    return Intake("points", record, _with_points(points.points), points.rejected, outcomes)


def _with_points(points: tuple[Point, ...]) -> Decoded:
    return replace(decode(usage_of(points), WANTED), points=points)


_READ: Final[dict[Signal, Callable[[bytes], Intake]]] = {"traces": _traces, "logs": _logs, "metrics": _metrics}

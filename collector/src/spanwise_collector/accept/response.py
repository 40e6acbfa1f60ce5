"""What a sender is told about a request that was taken."""

from __future__ import annotations

from typing import Final

import msgspec
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanwise_collector.accept.gate import Encoding, Signal, Taken

_REJECTED: Final[dict[Signal, str]] = {
    "traces": "rejectedSpans", "logs": "rejectedLogRecords", "metrics": "rejectedDataPoints",
}  # fmt: skip


def response(taken: Taken, encoding: Encoding = "protobuf", signal: Signal = "traces") -> bytes:
    """Write the export response of a signal.

    partial_success stays unset where there is nothing to say, as the OTLP specification asks.
    """
    told = taken.rejected or taken.message
    if encoding == "json":
        partial = {_REJECTED[signal]: str(taken.rejected), "errorMessage": taken.message}
        return msgspec.json.encode({"partialSuccess": partial} if told else {})
    return _message(taken, signal).SerializeToString() if told else b""


def _message(taken: Taken, signal: Signal) -> Message:
    match signal:
        case "traces":
            traces = ExportTraceServiceResponse()
            traces.partial_success.rejected_spans = taken.rejected
            traces.partial_success.error_message = taken.message
            return traces
        case "logs":
            logs = ExportLogsServiceResponse()
            logs.partial_success.rejected_log_records = taken.rejected
            logs.partial_success.error_message = taken.message
            return logs
        case "metrics":
            metrics = ExportMetricsServiceResponse()
            metrics.partial_success.rejected_data_points = taken.rejected
            metrics.partial_success.error_message = taken.message
            return metrics

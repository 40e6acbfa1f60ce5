"""What a sender is told about a request that was taken."""

from __future__ import annotations

import msgspec
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanwise_collector.accept.gate import Encoding, Taken


def response(taken: Taken, encoding: Encoding = "protobuf") -> bytes:
    """Write an ExportTraceServiceResponse.

    partial_success stays unset where there is nothing to say, as the OTLP specification asks.
    """
    told = taken.rejected or taken.message
    if encoding == "json":
        partial = {"rejectedSpans": str(taken.rejected), "errorMessage": taken.message}
        return msgspec.json.encode({"partialSuccess": partial} if told else {})
    made = ExportTraceServiceResponse()
    if told:
        made.partial_success.rejected_spans = taken.rejected
        made.partial_success.error_message = taken.message
    return made.SerializeToString()

"""One request as a sender makes it: run once at start, so that the first real one waits for nothing."""

from __future__ import annotations

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span


def sample() -> bytes:
    """Make an OTLP request with one priced call of a model in it."""
    words = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
    numbers = {"gen_ai.usage.input_tokens": 1, "gen_ai.usage.output_tokens": 1}
    span = Span(
        trace_id=b"\1" * 16,
        span_id=b"\1" * 8,
        name="chat gpt-4o",
        start_time_unix_nano=1,
        end_time_unix_nano=2,
        attributes=[
            *(KeyValue(key=key, value=AnyValue(string_value=word)) for key, word in words.items()),
            *(KeyValue(key=key, value=AnyValue(int_value=number)) for key, number in numbers.items()),
        ],
    )
    scope = ScopeSpans(spans=[span])
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[scope])]).SerializeToString()

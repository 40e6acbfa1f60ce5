"""The columns of a span batch: what each step may read and what it adds.

A batch is a frame with one row a span. `decode` makes the SPAN columns (and one sparse column for each
known attribute key), `normalise` adds the CALL columns, `price` adds the PRICE columns; `store` keeps
all three. Missing is null, never 0.
"""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["bytes", "str", "i64", "f64", "bool", "strings"]

SPAN: Final[dict[str, Kind]] = {
    "trace_id": "bytes",  # 16 bytes
    "span_id": "bytes",  # 8 bytes
    "parent_span_id": "bytes",  # 8 bytes; null for a root
    "name": "str",
    "kind": "i64",  # OTLP SpanKind number
    "start_ns": "i64",  # Unix time
    "end_ns": "i64",  # Unix time
    "status_code": "i64",  # OTLP: 0 unset, 1 ok, 2 error
    "status_message": "str",
    "scope_name": "str",
    "scope_version": "str",
    "resource": "bytes",  # the serialised opentelemetry.proto.resource.v1.Resource
    "raw": "bytes",  # the serialised opentelemetry.proto.trace.v1.Span: nothing is lost
}

CALL: Final[dict[str, Kind]] = {
    "category": "str",  # llm, tool, agent, workflow; null for any other span
    "operation": "str",  # gen_ai.operation.name in its current spelling
    "service": "str",
    "environment": "str",
    "tenant": "str",
    "agent": "str",
    "provider": "str",
    "model": "str",  # as requested; as answered where the request is unknown
    "response_model": "str",
    "response_id": "str",
    "tool": "str",
    "tool_call_id": "str",
    "tool_arguments": "str",  # a digest that equal arguments share; null where they were not told
    "tool_result": "str",  # a digest that equal results share; null where they were not told
    "conversation_id": "str",
    "user": "str",
    "finish_reason": "str",  # the first choice's
    "error_type": "str",  # null for success
    "resends": "i64",  # which attempt this was: 1 for the first that was made again; null where not told
    "stream": "bool",
    "duration_ns": "i64",  # null where the clock ran backwards, and of a call whose response was only fetched
    "ttft_ns": "i64",  # time to first chunk, of streams only
    "input_tokens": "i64",  # includes cache read and write
    "output_tokens": "i64",  # includes reasoning
    "cache_read_tokens": "i64",
    "cache_write_tokens": "i64",
    "cache_write_1h_tokens": "i64",  # of those written: kept for an hour, which is dearer
    "reasoning_tokens": "i64",
    "token_basis": "str",  # inclusive, fixed, assumed, estimated
    "service_tier": "str",  # as answered: default, flex, priority, batch, or the provider's own word
    "reported_cost_pico_usd": "i64",  # what the sender says that the call cost
    "inferred": "bool",  # true where the span was concluded from what later calls say
    "retry_reason": "str",  # why the call before it was made again
    "dialect": "str",
    # what told it: event, metric, or agent where its sum of its calls counts; null for a span of a tracer
    "signal": "str",
    # leaf: a call that counts; duplicate: of a call that another span told, with only the numbers that it did not tell;
    # rollup: an agent or a workflow that told a sum, which is left out; none: an answer from a cache;
    # usage: tokens that an event, a metric or an agent told without the call; null for others
    "token_scope": "str",
}

PRICE: Final[dict[str, Kind]] = {
    "cost_pico_usd": "i64",  # 1e-12 USD, so that sums are exact in any order
    "cost_source": "str",  # reported, computed, estimated, unpriced; null where nothing is billable
    "price_version": "str",
}

STORED: Final[dict[str, Kind]] = {**SPAN, **CALL, **PRICE}

ATTRIBUTE: Final = "attribute."  # prefix of the sparse columns that decode makes from span attributes
RESOURCE: Final = "resource."  # the same for resource attributes

"""Priced spans as the collector's later steps are given them: what is not said is null."""

import polars as pl

from spanwise_collector.store.segments import SCHEMA

SECOND = 1_000_000_000
TRACE = b"t" * 16


def row(span: int, parent: int = 0, start: float = 0, end: float = 10, *, trace: bytes = TRACE, **columns):
    """Make a span: ids are numbers, 0 for no parent; times are seconds."""
    start_ns, end_ns = int(start * SECOND), int(end * SECOND)
    return {
        "trace_id": trace,
        "span_id": span.to_bytes(8, "little"),
        "parent_span_id": parent.to_bytes(8, "little") if parent else None,
        "start_ns": start_ns,
        "end_ns": end_ns,
        "duration_ns": end_ns - start_ns,
        **columns,
    }


def call(span: int, parent: int = 0, start: float = 0, end: float = 10, tokens: int | None = 100, **columns):
    """Make a call of a model that used so many tokens in, a tenth of it out, and cost a pico-USD each."""
    told = {} if tokens is None else {"input_tokens": tokens, "output_tokens": tokens // 10, "cost_pico_usd": tokens}
    source = {"cost_source": "unpriced" if tokens is None else "computed"}
    named = {"category": "llm", "operation": "chat", "service": "app", "model": "gpt-4o"}
    return row(span, parent, start, end, **(named | told | source | columns))


def agent(span: int, parent: int = 0, start: float = 0, end: float = 100, tokens: int | None = None, **columns):
    """Make an agent that told the sum of so many tokens."""
    return call(span, parent, start, end, tokens, **({"category": "agent", "operation": "invoke_agent"} | columns))


def frame(*rows) -> pl.DataFrame:
    """Make a batch."""
    return pl.DataFrame([{name: one.get(name) for name in SCHEMA} for one in rows], schema=SCHEMA)

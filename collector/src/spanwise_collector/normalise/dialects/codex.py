"""Codex CLI."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Counting, Dialect, Source, own_counts

DIALECT = Dialect(
    name="codex",
    title="Codex CLI",
    order=150,
    keys=("codex.*",),
    resource={"service.name": ("codex*",)},
    values={"spanwise.event": ("codex.*",)},
    sources={
        "model": (Source("model", "str", own=True),),
        "conversation_id": (Source("conversation.id", "str", own=True),),
        "tool": (Source("tool_name", "str", own=True),),
        "tool_call_id": (Source("call_id", "str", own=True),),
        "ttft_ns": (Source("ttft_ms", "f64", "milliseconds", own=True),),
        "input_tokens": own_counts("input_token_count"),
        "output_tokens": own_counts("output_token_count"),
        "cache_read_tokens": own_counts("cached_token_count"),
        "cache_write_tokens": own_counts("cache_write_token_count"),
        "reasoning_tokens": own_counts("reasoning_token_count"),
        "total_tokens": own_counts("tool_token_count"),
    },
    names={"try_run_sampling_request": "chat"},
    counting=(Counting("inside", "inside"),),
    traps=(
        "`tool_token_count` is the total.",
        "Spans say how long a call took, events what it used: spans with usage name neither model nor session.",
    ),
)

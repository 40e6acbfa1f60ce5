"""Gemini CLI."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Dialect, Source, own_counts

DIALECT = Dialect(
    name="gemini_cli",
    title="Gemini CLI",
    order=160,
    resource={"service.name": ("gemini-cli*",)},
    values={"gen_ai.agent.name": ("gemini-cli",), "spanwise.event": ("gemini_cli.*",)},
    sources={
        "model": (Source("model", "str", own=True),),
        "tool": (Source("function_name", "str", own=True),),
        "input_tokens": own_counts("input_token_count"),
        "output_tokens": own_counts("output_token_count"),
        "cache_read_tokens": own_counts("cached_content_token_count"),
        "reasoning_tokens": own_counts("thoughts_token_count"),
        "total_tokens": own_counts("total_token_count"),
        "counted": (
            Source("gen_ai.operation.name", "str", own=True, means={"llm_call": "elsewhere"}, only_known=True),
        ),
    },
    traps=(
        "Output tokens leave thoughts out where a total proves it; they are added.",
        "Spans leave the thoughts out and name no total: tokens are read from the events, which go with them.",
    ),
)

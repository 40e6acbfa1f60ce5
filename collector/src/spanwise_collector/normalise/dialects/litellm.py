"""LiteLLM, library and proxy."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Counting, Dialect, Source, costs, strings

_TYPES: Final = {
    name: operation
    for operation, names in {
        "chat": ("completion", "chat", "responses", "anthropic_messages", "generate_content"),
        "text_completion": ("text_completion",),
        "embeddings": ("embedding", "embeddings"),
        "rerank": ("rerank",),
    }.items()
    for name in (*names, *(f"a{name}" for name in names))
}


def _detail(name: str) -> Source:
    """Find a count in the text that Python writes for a dictionary."""
    return Source("metadata.usage_object", "str", pattern=rf"'{name}': (\d+)")


DIALECT = Dialect(
    name="litellm",
    title="LiteLLM",
    order=130,
    scopes=("litellm*",),
    keys=("litellm.*", "litellm.call_id"),
    sources={
        "operation": (Source("llm.request.type", "str", own=True, means=_TYPES, only_known=True),),
        "response_model": strings("gen_ai.response.model", "litellm.provider.model"),
        "cache_read_tokens": (_detail("cached_tokens"), _detail("cache_read_input_tokens")),
        "cache_write_tokens": (_detail("cache_creation_tokens"), _detail("cache_creation_input_tokens")),
        "cache_write_5m_tokens": (_detail("ephemeral_5m_input_tokens"),),
        "cache_write_1h_tokens": (_detail("ephemeral_1h_input_tokens"),),
        "reasoning_tokens": (_detail("reasoning_tokens"),),
        "reported_cost_pico_usd": costs("litellm.cost.total", "gen_ai.cost.total_cost"),
        "stream": (Source("litellm.request.streaming", "bool"),),
        "from_cache": (Source("litellm.cache_hit", "bool"),),
        "ttft_ns": (Source("gen_ai.server.time_to_first_token", "f64", "seconds", own=True),),
    },
    names={"litellm_request": "chat", "raw_gen_ai_request": "raw_gen_ai_request"},
    counting=(Counting("inside"),),
    traps=(
        "Details of usage are in a text that Python wrote for a dictionary.",
        "A stream whose usage was not told has zeros, which are read as not told.",
        "`raw_gen_ai_request` is a copy of the call above it, and is no call of its own.",
        "The requested model may be an alias; the one that answered is `response_model`.",
        "Below a span of the agent's own it writes each call on that span: only the last one's tokens are told.",
        "With `USE_OTEL_LITELLM_REQUEST_SPAN=true` each call has its own span; set it.",
    ),
)

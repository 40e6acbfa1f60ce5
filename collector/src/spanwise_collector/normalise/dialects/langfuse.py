"""The SDKs of Langfuse."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Counting, Dialect, cost_within, strings, told, within

_TYPES: Final = {
    "agent": "invoke_agent",
    "chain": "chain",
    "embedding": "embeddings",
    "evaluator": "evaluate",
    "event": "event",
    "generation": "chat",
    "guardrail": "guardrail",
    "retriever": "retrieval",
    "span": "span",
    "tool": "execute_tool",
}
_USAGE: Final = "langfuse.observation.usage_details"

DIALECT = Dialect(
    name="langfuse",
    title="Langfuse SDK",
    order=172,
    scopes=("langfuse-sdk*",),
    keys=("langfuse.*",),
    sources={
        "operation": (told("langfuse.observation.type", _TYPES, only_known=False),),
        "model": strings("langfuse.observation.model.name"),
        "conversation_id": strings("langfuse.session.id"),
        "input_tokens": within(_USAGE, "$.input"),
        "output_tokens": within(_USAGE, "$.output"),
        "cache_read_tokens": within(_USAGE, "$.cache_read_input_tokens", "$.input_cached_tokens"),
        "cache_write_tokens": within(_USAGE, "$.cache_creation_input_tokens", "$.input_cache_creation"),
        "cache_write_5m_tokens": within(_USAGE, "$.input_cache_creation_5m"),
        "cache_write_1h_tokens": within(_USAGE, "$.input_cache_creation_1h"),
        "reasoning_tokens": within(_USAGE, "$.output_reasoning_tokens", "$.reasoning_tokens"),
        "total_tokens": within(_USAGE, "$.total"),
        "reported_cost_pico_usd": cost_within("langfuse.observation.cost_details", "$.total"),
    },
    counting=(Counting("outside", "outside"),),
    traps=("`input` leaves the cache out, and `output` leaves reasoning out; both are added.",),
)

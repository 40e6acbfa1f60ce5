"""The SDKs of Langfuse."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Counting, Dialect, Source, cost_within, strings, told, within

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
_OPENAI: Final = {"prompt_tokens": "inside", "input_tokens_details": "inside"}
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
        "input_tokens": within(_USAGE, "$.input", "$.prompt_tokens", "$.input_tokens"),
        "output_tokens": within(_USAGE, "$.output", "$.completion_tokens", "$.output_tokens"),
        "cache_read_tokens": within(
            _USAGE, "$.cache_read_input_tokens", "$.input_cached_tokens", "$.prompt_tokens_details.cached_tokens",
            "$.input_tokens_details.cached_tokens",
        ),
        "cache_write_tokens": within(_USAGE, "$.cache_creation_input_tokens", "$.input_cache_creation"),
        "cache_write_5m_tokens": within(_USAGE, "$.input_cache_creation_5m"),
        "cache_write_1h_tokens": within(_USAGE, "$.input_cache_creation_1h"),
        "reasoning_tokens": within(
            _USAGE, "$.output_reasoning_tokens", "$.reasoning_tokens", "$.completion_tokens_details.reasoning_tokens",
            "$.output_tokens_details.reasoning_tokens",
        ),
        "total_tokens": within(_USAGE, "$.total", "$.total_tokens"),
        # The words of OpenAI's API, which the wrapper of its SDK hands on as they are.
        "counted": (Source(_USAGE, "str", pattern=r'"(prompt_tokens|input_tokens_details)"', means=_OPENAI),),
        "reported_cost_pico_usd": cost_within("langfuse.observation.cost_details", "$.total"),
    },
    counting=(Counting("outside", "outside"),),
    traps=(
        "`input` leaves the cache out, and `output` leaves reasoning out; both are added.",
        "The wrapper of the SDK of OpenAI hands on that API's words, in which both are inside.",
    ),
)  # fmt: skip

"""LangSmith's export to OpenTelemetry."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Dialect, Source, cost_within, strings, told, within

_KINDS: Final = {
    "chain": "chain",
    "embedding": "embeddings",
    "llm": "chat",
    "parser": "parser",
    "prompt": "prompt",
    "retriever": "retrieval",
    "tool": "execute_tool",
}
_USAGE: Final = "langsmith.metadata.usage_metadata"


def _detail(key: str, name: str) -> Source:
    """Find a count in the text that Python writes for a dictionary."""
    return Source(key, "str", pattern=rf"""['"]{name}['"]: ?(-?\d+)""")


DIALECT = Dialect(
    name="langsmith",
    title="LangSmith",
    order=70,
    scopes=("langsmith",),
    keys=("langsmith.*",),
    sources={
        # Its gen_ai.operation.name calls prompts and retrievers calls of a model.
        "operation": (told("langsmith.span.kind", _KINDS, only_known=False),),
        "provider": strings("langsmith.metadata.ls_provider"),
        "model": strings("langsmith.metadata.ls_model_name", "langsmith.metadata.model_name"),
        "conversation_id": strings(
            "langsmith.metadata.thread_id", "langsmith.metadata.session_id", "langsmith.metadata.conversation_id"
        ),
        "stream": (Source("langsmith.request.streaming", "bool"),),
        "cache_read_tokens": (
            _detail("gen_ai.usage.input_token_details", "cache_read"),
            *within(_USAGE, "$.input_token_details.cache_read"),
        ),
        "cache_write_tokens": (
            _detail("gen_ai.usage.input_token_details", "cache_creation"),
            *within(_USAGE, "$.input_token_details.cache_creation"),
        ),
        "cache_write_5m_tokens": (
            _detail("gen_ai.usage.input_token_details", "ephemeral_5m_input_tokens"),
            *within(_USAGE, "$.input_token_details.ephemeral_5m_input_tokens"),
        ),
        "cache_write_1h_tokens": (
            _detail("gen_ai.usage.input_token_details", "ephemeral_1h_input_tokens"),
            *within(_USAGE, "$.input_token_details.ephemeral_1h_input_tokens"),
        ),
        "reasoning_tokens": (
            _detail("gen_ai.usage.output_token_details", "reasoning"),
            *within(_USAGE, "$.output_token_details.reasoning"),
        ),
        "reported_cost_pico_usd": cost_within(_USAGE, "$.total_cost"),
    },
    traps=(
        "`langsmith.trace.session_id` is a project, not a conversation.",
        "Chains repeat the tokens of their calls; only `llm` and `embedding` count.",
    ),
)

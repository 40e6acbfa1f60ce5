"""OpenLLMetry, the instrumentations of Traceloop."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Counting, Dialect, Source, counts, strings, told

_LIBRARIES: Final = (
    "agno", "alephalpha", "anthropic", "bedrock", "chromadb", "cohere", "crewai", "google_generativeai", "groq",
    "haystack", "lancedb", "langchain", "llamaindex", "marqo", "mcp", "milvus", "mistralai", "ollama", "openai.v0",
    "openai.v1", "openai_agents", "pinecone", "qdrant", "replicate", "sagemaker", "together", "transformers",
    "vertexai", "voyageai", "watsonx", "weaviate", "writer",
)  # fmt: skip
_KINDS: Final = {"agent": "invoke_agent", "task": "task", "tool": "execute_tool", "workflow": "invoke_workflow"}
_REQUESTS: Final = {
    "chat": "chat", "completion": "text_completion", "embedding": "embeddings", "rerank": "rerank",
}  # fmt: skip


def _entity(kind: str) -> Source:
    return Source("traceloop.entity.name", "str", when=("traceloop.span.kind", kind))


DIALECT = Dialect(
    name="traceloop",
    title="OpenLLMetry (Traceloop)",
    order=90,
    scopes=("traceloop.*", *(f"opentelemetry.instrumentation.{library}" for library in _LIBRARIES)),
    keys=("traceloop.*", "traceloop.entity.path"),
    sources={
        "operation": (
            told("traceloop.span.kind", _KINDS),
            # LiteLLM writes the same key and means something else by `completion`.
            Source("llm.request.type", "str", own=True, means=_REQUESTS, only_known=True),
        ),
        "model": strings("llm.request.model"),
        "response_model": strings("llm.response.model"),
        "agent": (_entity("agent"),),
        "tool": (_entity("tool"),),
        "workflow": (_entity("workflow"), *strings("traceloop.workflow.name")),
        "conversation_id": strings(
            "traceloop.association.properties.session_id", "traceloop.association.properties.thread_id"
        ),
        "finish_reason": strings(
            "llm.response.finish_reason", "llm.response.stop_reason", "gen_ai.completion.0.finish_reason"
        ),
        "stream": (Source("llm.is_streaming", "bool"),),
        "input_tokens": counts("llm.usage.prompt_tokens"),
        "output_tokens": counts("llm.usage.completion_tokens"),
        "cache_read_tokens": counts("llm.usage.cache_read_input_tokens"),
        "cache_write_tokens": counts("llm.usage.cache_creation_input_tokens"),
        "reasoning_tokens": counts("llm.usage.reasoning_tokens"),
        "total_tokens": counts("llm.usage.total_tokens"),
    },
    names={
        "openai.chat": "chat", "openai.completion": "text_completion", "openai.embeddings": "embeddings",
        "openai.response": "chat", "anthropic.chat": "chat", "anthropic.completion": "text_completion",
        "bedrock.converse": "chat", "bedrock.completion": "chat",
    },
    counting=(
        Counting("inside", scope="opentelemetry.instrumentation.anthropic"),
        Counting("outside", scope="opentelemetry.instrumentation.bedrock"),
    ),
    traps=(
        "Workflows, tasks, agents and tools never count as calls.",
        "The Bedrock package writes the input of Converse without the cache; it is added.",
        "Long chats may push model and usage out of the span: there the SDK's limit is 128 attributes.",
    ),
)  # fmt: skip

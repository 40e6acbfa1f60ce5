"""The spellings met in the wild, and the one that we keep.

Sources: OpenTelemetry GenAI conventions (`gen_ai.operation.name`, `gen_ai.provider.name` and its renames) and
what the instrumentations named beside each entry were seen to emit.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from spanwise_schema.operations import CATEGORY

_REMEMBERED: Final = 4096

_OPERATIONS: Final = {
    "agent_call": "invoke_agent",  # Gemini CLI
    "completion": "text_completion",  # Traceloop
    "embedding": "embeddings",  # Spring AI, Traceloop
    "execute_task": "task",  # Traceloop
    "llm_call": "chat",  # Gemini CLI
    "llm_request": "chat",  # Traceloop
    "response": "chat",  # MLflow
    "text_completions": "text_completion",  # Semantic Kernel
    "tool_call": "execute_tool",  # Gemini CLI
    "vector_db_retrieve": "retrieval",  # Traceloop
    "vectordb": "retrieval",  # OpenLIT
}

NAMING: Final = (*CATEGORY, "retrieval", "create_agent", "plan")
"""The operations that are known when a span is only named after them."""

_PROVIDERS: Final = {
    "amazon-bedrock": "aws.bedrock",
    "api.anthropic.com": "anthropic",  # LiveKit names the host
    "api.deepseek.com": "deepseek",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral_ai",
    "api.openai.com": "openai",
    "api.x.ai": "x_ai",
    "aws": "aws.bedrock",
    "aws_bedrock": "aws.bedrock",
    "az.ai.inference": "azure.ai.inference",
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "azure.openai": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "azure_openai": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "gemini": "gcp.gemini",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "google": "gcp.gen_ai",
    "google-gla": "gcp.gen_ai",
    "google-vertex": "gcp.vertex_ai",
    "google.generative-ai": "gcp.gemini",
    "google.vertex": "gcp.vertex_ai",
    "google_ai_studio": "gcp.gemini",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "ibm.watson.ai": "ibm.watsonx.ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "moonshot": "moonshot_ai",
    "vertex-ai": "gcp.vertex_ai",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "x-ai": "x_ai",
    "xai": "x_ai",
}

_FRAMEWORKS: Final = frozenset({
    "autogen", "crewai", "gcp.vertex.agent", "langchain", "litellm", "microsoft.agent_framework", "semantic_kernel",
    "spring_ai", "strands-agents",
})  # fmt: skip
"""Written where a provider belongs, but they only pass calls on."""

_APIS: Final = frozenset({"chat", "completion", "embedding", "messages", "responses", "textembedding"})
"""What the Vercel AI SDK appends to a provider: `openai.responses`."""

_FINISH: Final = {
    "blocklist": "content_filter",
    "complete": "stop",
    "content-filter": "content_filter",
    "end_turn": "stop",
    "function_call": "tool_call",
    "guardrail_intervened": "content_filter",
    "image_safety": "content_filter",
    "max_output_tokens": "length",
    "max_tokens": "length",
    "model_armor": "content_filter",
    "model_context_window_exceeded": "length",
    "prohibited_content": "content_filter",
    "recitation": "content_filter",
    "refusal": "content_filter",
    "safety": "content_filter",
    "spii": "content_filter",
    "stop_sequence": "stop",
    "tool-calls": "tool_call",
    "tool_calls": "tool_call",
    "tool_use": "tool_call",
}
_FINISH_CANONICAL: Final = frozenset({"stop", "length", "tool_call", "content_filter", "error", "compaction"})


_TIERS: Final = {
    "auto": None,  # what was asked for; what it became is not told
    "batches": "batch",
    "fast": "priority",  # OpenAI's other name of it
    "on_demand": "default",
    "on_demand_flex": "flex",
    "on_demand_priority": "priority",
    "standard": "default",
}


@lru_cache(_REMEMBERED)
def operation(value: str) -> str:
    """Spell an operation name as the conventions do; an unknown one stays as it is."""
    return _OPERATIONS.get(value, value)


@lru_cache(_REMEMBERED)
def provider(value: str) -> str | None:
    """Spell a provider name as the conventions do; null for a framework that is no provider."""
    name = value.strip().lower()
    owner, _, api = name.rpartition(".")
    if owner and api in _APIS:
        name = owner
    return None if name in _FRAMEWORKS else _PROVIDERS.get(name, name) or None


@lru_cache(_REMEMBERED)
def finish_reason(value: str) -> str:
    """Spell a finish reason as the conventions do; an unknown one stays as it is."""
    name = value.lower().removeprefix("finishreason.")  # as Semantic Kernel prints it
    return name if name in _FINISH_CANONICAL else _FINISH.get(name, value)


@lru_cache(_REMEMBERED)
def service_tier(value: str) -> str | None:
    """Spell a service tier as OpenAI does; an unknown one stays as it is, in lower case."""
    name = value.strip().lower()
    return _TIERS.get(name, name) or None

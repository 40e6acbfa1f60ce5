"""OpenInference, the conventions of Arize Phoenix."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Counting, Dialect, Source, costs, counts, strings, told, within

_KINDS: Final = {
    "AGENT": "invoke_agent",
    "CHAIN": "chain",
    "DECISION": "decision",
    "EMBEDDING": "embeddings",
    "EVALUATOR": "evaluate",
    "GUARDRAIL": "guardrail",
    "LLM": "chat",
    "PROMPT": "prompt",
    "RERANKER": "rerank",
    "RETRIEVER": "retrieval",
    "TOOL": "execute_tool",
}
_HOSTS: Final = {
    "aws": "aws.bedrock",
    "azure": "azure.ai.inference",
    "google": "gcp.gen_ai",
    "mistralai": "mistral_ai",
    "xai": "x_ai",
}

DIALECT = Dialect(
    name="openinference",
    title="OpenInference",
    order=30,
    scopes=("openinference.instrumentation.*",),
    keys=("openinference.span.kind",),
    sources={
        "operation": (told("openinference.span.kind", _KINDS),),
        "provider": (
            Source("llm.provider", "str", when=("llm.system", "openai"), means={"azure": "azure.ai.openai"}),
            Source("llm.provider", "str", when=("llm.system", "vertexai"), means={"google": "gcp.vertex_ai"}),
            told("llm.provider", _HOSTS, only_known=False),
            told("llm.system", {"vertexai": "gcp.vertex_ai"}, only_known=False),
        ),
        "model": (
            *strings("llm.request.model_name"),
            *within("llm.invocation_parameters", "$.model", "$.model_name"),
            *strings("embedding.model_name", "reranker.model_name"),
        ),
        "response_model": strings("llm.response.model_name", "llm.model_name"),
        "agent": strings("agent.name"),
        "tool": strings("tool.name"),
        "tool_call_id": strings("tool.id", "tool_call.id"),
        "finish_reason": strings("llm.finish_reason"),
        "input_tokens": counts("llm.token_count.prompt"),
        "output_tokens": counts("llm.token_count.completion"),
        "cache_read_tokens": counts(
            "llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_input"
        ),
        "cache_write_tokens": counts("llm.token_count.prompt_details.cache_write"),
        "reasoning_tokens": counts("llm.token_count.completion_details.reasoning"),
        "total_tokens": counts("llm.token_count.total"),
        "reported_cost_pico_usd": costs("llm.cost.total"),
    },
    counting=(
        Counting("inside", scope="openinference.instrumentation.anthropic*", provider="anthropic"),
        Counting("outside", scope="openinference.instrumentation.bedrock*"),
    ),
    traps=(
        "Agents and chains of some frameworks repeat what their calls used; only LLM, EMBEDDING and RERANKER count.",
        "`llm.model_name` is often the model that answered, so it is the requested one only where nothing else is.",
        "Streams of the Bedrock package leave the cache out of the input; it is added.",
    ),
)

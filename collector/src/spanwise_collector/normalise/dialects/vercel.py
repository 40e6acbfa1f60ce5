"""The Vercel AI SDK: its own spans, and those of @ai-sdk/otel."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Dialect, Source, cost_within, counts, strings, told, within

_OPERATIONS: Final = {
    "ai.embed": "embed",
    "ai.embed.doEmbed": "embeddings",
    "ai.embedMany": "embed",
    "ai.embedMany.doEmbed": "embeddings",
    "ai.generateObject": "invoke_agent",
    "ai.generateObject.doGenerate": "chat",
    "ai.generateText": "invoke_agent",
    "ai.generateText.doGenerate": "chat",
    "ai.rerank": "rank",
    "ai.rerank.doRerank": "rerank",
    "ai.streamObject": "invoke_agent",
    "ai.streamObject.doStream": "chat",
    "ai.streamText": "invoke_agent",
    "ai.streamText.doStream": "chat",
    "ai.toolCall": "execute_tool",
}

_METADATA: Final = "ai.response.providerMetadata"
_WRITTEN: Final = "$.anthropic.usage.cache_creation.ephemeral_"

DIALECT = Dialect(
    name="vercel",
    title="Vercel AI SDK",
    order=60,
    scopes=("ai", "gen_ai"),
    keys=("ai.operationId",),
    sources={
        "operation": (told("ai.operationId", _OPERATIONS, only_known=False),),
        "provider": strings("ai.model.provider"),
        "model": strings("ai.model.id"),
        "response_model": strings("ai.response.model"),
        "response_id": strings("ai.response.id"),
        "agent": strings("ai.telemetry.functionId"),
        "tool": strings("ai.toolCall.name"),
        "tool_call_id": strings("ai.toolCall.id"),
        "conversation_id": strings("ai.telemetry.metadata.sessionId", "ai.settings.context.sessionId"),
        "finish_reason": strings("ai.response.finishReason"),
        "ttft_ns": (
            Source("ai.response.msToFirstChunk", "f64", "milliseconds"),
            Source("ai.stream.msToFirstChunk", "f64", "milliseconds"),
        ),
        "input_tokens": counts("ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"),
        "output_tokens": counts("ai.usage.outputTokens", "ai.usage.completionTokens"),
        "cache_read_tokens": counts("ai.usage.cachedInputTokens", "ai.usage.inputTokenDetails.cacheReadTokens"),
        "cache_write_tokens": counts("ai.usage.inputTokenDetails.cacheWriteTokens"),
        "reasoning_tokens": counts("ai.usage.reasoningTokens", "ai.usage.outputTokenDetails.reasoningTokens"),
        "cache_write_5m_tokens": within(_METADATA, f"{_WRITTEN}5m_input_tokens"),
        "cache_write_1h_tokens": within(_METADATA, f"{_WRITTEN}1h_input_tokens"),
        "total_tokens": counts("ai.usage.totalTokens"),
        "reported_cost_pico_usd": cost_within(_METADATA, "$.gateway.cost", "$.openrouter.usage.cost"),
    },
    traps=(
        "Outer spans repeat what the inner ones used: only `.doGenerate`, `.doStream` and `.doEmbed` count.",
        "Before version 7 the cache of Anthropic and Bedrock was beside the input: known where the numbers prove it.",
    ),
)

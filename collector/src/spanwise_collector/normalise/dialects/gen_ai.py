"""Anything that follows the OpenTelemetry GenAI conventions, in current names and those used since 1.26."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Dialect, Source, costs, counts, strings

DIALECT = Dialect(
    name="gen_ai",
    title="OpenTelemetry GenAI conventions, any other emitter",
    order=1000,  # what no dialect of a certain emitter claims, and what those leave open
    keys=("gen_ai.*",),
    sources={
        "operation": strings("gen_ai.operation.name"),
        "provider": strings("gen_ai.provider.name", "gen_ai.system"),
        "model": strings("gen_ai.request.model"),
        "response_model": strings("gen_ai.response.model"),
        "response_id": strings("gen_ai.response.id"),
        "agent": strings("gen_ai.agent.name"),
        "workflow": strings("gen_ai.workflow.name"),
        "tool": strings("gen_ai.tool.name"),
        "tool_call_id": strings("gen_ai.tool.call.id", "gen_ai.tool.call_id"),
        "tool_arguments": strings("spanwise.tool.arguments_hash", "gen_ai.tool.call.arguments"),
        "tool_result": strings("spanwise.tool.result_hash", "gen_ai.tool.call.result"),
        "conversation_id": strings("gen_ai.conversation.id", "session.id", "gen_ai.session.id"),
        "finish_reason": (
            Source("gen_ai.response.finish_reasons", "strings", "first"),
            Source("gen_ai.response.finish_reason", "str", "before_comma"),
            Source("gen_ai.response.stop_reason", "str"),
        ),
        "stream": (Source("gen_ai.request.stream", "bool"), Source("gen_ai.is_streaming", "bool")),
        "ttft_ns": (
            Source("gen_ai.response.time_to_first_chunk", "f64", "seconds"),
            Source("gen_ai.client.operation.time_to_first_chunk", "f64", "seconds"),
        ),
        "input_tokens": counts("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
        "output_tokens": counts("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
        "cache_read_tokens": counts(
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.details.cache_read_tokens",
            "gen_ai.usage.prompt_tokens_details.cached_tokens",
        ),
        "cache_write_tokens": counts(
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.cache_write_input_tokens",
            "gen_ai.usage.details.cache_write_tokens",
            "gen_ai.usage.prompt_tokens_details.cache_creation_tokens",
        ),
        "reasoning_tokens": counts(
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "gen_ai.usage.details.reasoning_tokens",
            "gen_ai.usage.completion_tokens_details.reasoning_tokens",
        ),
        "total_tokens": counts("gen_ai.usage.total_tokens"),
        # The conventions name no cost; gateways and SDKs of several makers write these.
        "reported_cost_pico_usd": costs("gen_ai.usage.cost", "gen_ai.usage.total_cost"),
        "service_tier": strings("openai.response.service_tier", "gen_ai.openai.response.service_tier"),
    },
    traps=("How the emitter counts is not known: without a proof its input is taken to include the cache.",),
)

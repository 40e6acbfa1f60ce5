from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_an_inner_call_is_read_whole():
    span = {
        "name": "ai.streamText.doStream",
        "scope_name": "ai",
        "ai.operationId": "ai.streamText.doStream",
        "ai.model.provider": "openai.responses",
        "ai.model.id": "gpt-4o",
        "ai.response.model": "gpt-4o-2024-08-06",
        "ai.response.id": "r-1",
        "ai.response.finishReason": "tool-calls",
        "ai.usage.inputTokens": 11,
        "ai.usage.outputTokens": 7,
        "ai.usage.cachedInputTokens": 4,
        "ai.usage.reasoningTokens": 2,
        "ai.response.msToFirstChunk": 250.0,
        "ai.telemetry.functionId": "planner",
    }
    expected = {
        "dialect": "vercel",
        "category": "llm",
        "operation": "chat",
        "provider": "openai",
        "model": "gpt-4o",
        "response_model": "gpt-4o-2024-08-06",
        "response_id": "r-1",
        "finish_reason": "tool_call",
        "input_tokens": 11,
        "output_tokens": 7,
        "cache_read_tokens": 4,
        "reasoning_tokens": 2,
        "ttft_ns": 250000000,
        "stream": True,
        "agent": "planner",
        "token_basis": "inclusive",
    }
    assert read(span, expected) == expected


def test_an_outer_span_repeats_and_is_no_call():
    span = {"ai.operationId": "ai.generateText", "ai.usage.inputTokens": 11}
    expected = {"category": "agent", "operation": "invoke_agent", "input_tokens": 11}
    assert read(span, expected) == expected


def test_a_call_of_a_tool_is_read():
    span = {"ai.operationId": "ai.toolCall", "ai.toolCall.name": "search", "ai.toolCall.id": "c-1"}
    expected = {"category": "tool", "tool": "search", "tool_call_id": "c-1"}
    assert read(span, expected) == expected


def test_an_embedding_counts_its_tokens():
    span = {"ai.operationId": "ai.embed.doEmbed", "ai.usage.tokens": 9}
    expected = {"category": "llm", "operation": "embeddings", "input_tokens": 9}
    assert read(span, expected) == expected


def test_the_cache_of_older_versions_is_added_where_the_total_proves_it():
    span = {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": "anthropic.messages",
        "ai.usage.inputTokens": 50,
        "ai.usage.outputTokens": 7,
        "ai.usage.totalTokens": 97,
        "ai.usage.cachedInputTokens": 40,
    }
    expected = {"provider": "anthropic", "input_tokens": 90, "token_basis": "fixed"}
    assert read(span, expected) == expected


def test_what_the_provider_adds_tells_the_cost_and_the_hour_in_the_cache():
    usage = '{"cache_creation": {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 5}}'
    span = {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": "gateway",
        "ai.usage.inputTokens": 20,
        "ai.response.providerMetadata": f'{{"gateway": {{"cost": "0.25"}}, "anthropic": {{"usage": {usage}}}}}',
    }
    expected = {
        "category": "llm",
        "input_tokens": 20,
        "cache_write_tokens": 9,
        "cache_write_1h_tokens": 5,
        "reported_cost_pico_usd": 250_000_000_000,
    }
    assert read(span, expected) == expected

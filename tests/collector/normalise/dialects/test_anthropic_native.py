from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_message_is_a_call_whose_input_has_the_cache():
    span = {
        "name": "anthropic.messages.create",
        "scope_name": "com.anthropic.sdk.python",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-sonnet-4-5",
        "gen_ai.usage.input_tokens": 60,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.cache_read.input_tokens": 40,
        "gen_ai.usage.cache_write.input_tokens": 9,
        "anthropic.message.stop_reason": "end_turn",
        "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 4,
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 5,
        "anthropic.response.service_tier": "standard",
    }
    expected = {
        "dialect": "anthropic",
        "category": "llm",
        "input_tokens": 60,
        "cache_read_tokens": 40,
        "cache_write_tokens": 9,
        "cache_write_1h_tokens": 5,
        "service_tier": "default",
        "finish_reason": "stop",
        "token_basis": "inclusive",
    }
    assert read(span, expected) == expected

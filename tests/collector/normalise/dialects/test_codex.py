from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_an_answer_is_read():
    span = {
        "name": "handle_responses",
        "resource.service.name": "codex_cli_rs",
        "model": "gpt-5-codex",
        "conversation.id": "c-1",
        "gen_ai.usage.input": 11,
        "gen_ai.usage.output": 7,
        "gen_ai.usage.cache_read": 4,
        "codex.usage.reasoning_output_tokens": 2,
        "codex.usage.total_tokens": 18,
    }
    expected = {
        "dialect": "codex",
        "category": "llm",
        "operation": "chat",
        "model": "gpt-5-codex",
        "conversation_id": "c-1",
        "input_tokens": 11,
        "output_tokens": 7,
        "cache_read_tokens": 4,
        "reasoning_tokens": 2,
        "token_basis": "inclusive",
    }
    assert read(span, expected) == expected

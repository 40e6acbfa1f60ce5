from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_call_is_read_with_the_thoughts_added():
    span = {
        "spanwise.event": "gemini_cli.api_response",
        "gen_ai.operation.name": "chat",
        "model": "gemini-2.5-pro",
        "input_token_count": 11,
        "output_token_count": 7,
        "thoughts_token_count": 5,
        "cached_content_token_count": 4,
        "total_token_count": 23,
    }
    expected = {
        "dialect": "gemini_cli",
        "category": "llm",
        "operation": "chat",
        "model": "gemini-2.5-pro",
        "input_tokens": 11,
        "output_tokens": 12,
        "cache_read_tokens": 4,
        "reasoning_tokens": 5,
        "token_basis": "fixed",
    }
    assert read(span, expected) == expected


def test_a_span_of_a_call_leaves_the_tokens_to_the_event_that_knows_the_thoughts():
    span = {
        "name": "llm_call",
        "resource.service.name": "gemini-cli",
        "gen_ai.operation.name": "llm_call",
        "gen_ai.request.model": "gemini-2.5-pro",
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.output_tokens": 7,
    }
    expected = {"category": "llm", "model": "gemini-2.5-pro", "input_tokens": None, "output_tokens": None}
    assert read(span, expected) == expected


def test_a_tool_is_told():
    span = {
        "resource.service.name": "gemini-cli",
        "gen_ai.operation.name": "tool_call",
        "function_name": "read_file",
        "gen_ai.tool.call_id": "c-1",
    }
    expected = {"category": "tool", "tool": "read_file", "tool_call_id": "c-1"}
    assert read(span, expected) == expected

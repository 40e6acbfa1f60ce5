from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_request_is_a_call():
    span = {
        "name": "llm_request",
        "scope_name": "livekit-agents",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 11,
    }
    expected = {"dialect": "livekit", "category": "llm", "input_tokens": 11}
    assert read(span, expected) == expected


def test_the_node_around_it_is_none():
    span = {"name": "llm_node", "scope_name": "livekit-agents", "gen_ai.request.model": "gpt-4o"}
    expected = {"category": None}
    assert read(span, expected) == expected


def test_a_tool_is_told():
    span = {"name": "function_tool", "scope_name": "livekit-agents", "lk.function_tool.name": "search"}
    expected = {"category": "tool", "tool": "search"}
    assert read(span, expected) == expected

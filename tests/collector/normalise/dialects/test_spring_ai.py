from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_tool_is_read():
    span = {"spring.ai.kind": "tool_call", "spring.ai.tool.definition.name": "search"}
    expected = {"dialect": "spring_ai", "category": "tool", "tool": "search"}
    assert read(span, expected) == expected


def test_a_client_wraps_the_call_and_is_none():
    span = {"spring.ai.kind": "chat_client", "gen_ai.operation.name": "framework"}
    expected = {"category": None, "operation": "chain"}
    assert read(span, expected) == expected

from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_tool_of_an_agent_is_told():
    span = {"name": "haystack.agent.step.tool", "haystack.tool.name": "search"}
    expected = {"dialect": "haystack", "category": "tool", "tool": "search"}
    assert read(span, expected) == expected


def test_a_component_is_a_chain():
    span = {"name": "haystack.component.run", "haystack.component.name": "llm"}
    expected = {"category": None, "operation": "chain"}
    assert read(span, expected) == expected

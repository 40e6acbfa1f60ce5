from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_call_is_the_inner_span():
    span = {
        "name": "generate_content gemini-2.5-flash",
        "scope_name": "gcp.vertex.agent",
        "gen_ai.operation.name": "generate_content",
        "gen_ai.system": "gcp.vertex.agent",
        "gcp.vertex.agent.session_id": "s-1",
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.output_tokens": 7,
    }
    expected = {"dialect": "adk", "category": "llm", "provider": None, "conversation_id": "s-1", "input_tokens": 11}
    assert read(span, expected) == expected


def test_a_call_of_the_first_versions_is_one():
    span = {
        "name": "call_llm",
        "scope_name": "gcp.vertex.agent",
        "gen_ai.system": "gcp.vertex.agent",
        "gen_ai.usage.input_tokens": 11,
    }
    expected = {"category": "llm", "operation": "generate_content", "input_tokens": 11}
    assert read(span, expected) == expected


def test_an_older_run_of_an_agent_is_one():
    span = {"name": "agent_run [planner]", "scope_name": "gcp.vertex.agent"}
    expected = {"category": "agent"}
    assert read(span, expected) == expected

from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_call_is_read():
    span = {
        "name": "call llm",
        "scope_name": "crewai",
        "crewai.agent.role": "Writer",
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.output_tokens": 7,
    }
    expected = {"dialect": "crewai", "category": "llm", "operation": "chat", "agent": "Writer", "input_tokens": 11}
    assert read(span, expected) == expected


def test_a_crew_does_not_count():
    span = {"name": "Crew Created", "crewai.crew.name": "press"}
    expected = {"dialect": "crewai", "category": None}
    assert read(span, expected) == expected

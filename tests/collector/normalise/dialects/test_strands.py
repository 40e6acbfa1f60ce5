from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_call_tells_its_first_token_in_milliseconds():
    span = {
        "scope_name": "strands.telemetry.tracer",
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "strands-agents",
        "gen_ai.usage.prompt_tokens": 11,
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.cache_read_input_tokens": 4,
        "gen_ai.server.time_to_first_token": 250.0,
    }
    expected = {
        "dialect": "strands",
        "category": "llm",
        "provider": None,
        "input_tokens": 11,
        "ttft_ns": 250000000,
        "token_basis": "inclusive",
    }
    assert read(span, expected) == expected


def test_an_agents_cumulative_sum_is_no_call():
    span = {
        "gen_ai.provider.name": "strands-agents",
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.usage.input_tokens": 99,
    }
    expected = {"dialect": "strands", "category": "agent", "input_tokens": 99}
    assert read(span, expected) == expected

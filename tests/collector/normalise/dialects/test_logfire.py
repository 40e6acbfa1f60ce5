from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_call_of_pydantic_ai_is_read():
    span = {
        "scope_name": "pydantic-ai",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.usage.input_tokens": 50,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.details.cache_read_tokens": 40,
    }
    expected = {
        "dialect": "logfire",
        "category": "llm",
        "input_tokens": 50,
        "cache_read_tokens": 40,
        "token_basis": "inclusive",
    }
    assert read(span, expected) == expected


def test_an_agents_sum_is_no_call():
    span = {
        "name": "agent run",
        "scope_name": "pydantic-ai",
        "agent_name": "planner",
        "model_name": "gpt-4o",
        "gen_ai.usage.input_tokens": 50,
    }
    expected = {"category": "agent", "agent": "planner", "model": "gpt-4o", "input_tokens": 50}
    assert read(span, expected) == expected


def test_a_placeholder_is_no_call():
    span = {"logfire.span_type": "pending_span", "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5}
    expected = {"operation": "pending_span", "category": None, "input_tokens": None}
    assert read(span, expected) == expected


def test_what_a_call_cost_is_told():
    span = {"scope_name": "pydantic-ai", "gen_ai.operation.name": "chat", "operation.cost": 0.25}
    expected = {"category": "llm", "reported_cost_pico_usd": 250_000_000_000}
    assert read(span, expected) == expected


def test_the_report_of_a_stream_has_its_tokens_and_its_time_but_no_duration_of_its_own():
    end_ns = 1_790_000_010_000_000_000
    span = {
        "scope_name": "logfire.openai",
        "start_ns": end_ns,
        "end_ns": end_ns,
        "logfire.span_type": "log",
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": 5,
        "duration": 2.5,
    }
    expected = {"category": "llm", "input_tokens": 5, "duration_ns": None}
    assert read(span, expected) == expected
    assert normalise(decoded(span)).frame["start_ns"].to_list() == [end_ns - 2_500_000_000]

from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_call_in_older_names_is_read():
    span = {
        "name": "openai.chat",
        "scope_name": "opentelemetry.instrumentation.openai.v1",
        "llm.request.type": "chat",
        "gen_ai.system": "OpenAI",
        "gen_ai.request.model": "gpt-4o",
        "llm.is_streaming": False,
        "gen_ai.completion.0.finish_reason": "tool_calls",
        "gen_ai.usage.prompt_tokens": 11,
        "gen_ai.usage.completion_tokens": 7,
        "llm.usage.total_tokens": 18,
        "gen_ai.usage.cache_read_input_tokens": 4,
        "llm.usage.reasoning_tokens": 2,
    }
    expected = {
        "dialect": "traceloop",
        "category": "llm",
        "operation": "chat",
        "provider": "openai",
        "finish_reason": "tool_call",
        "stream": False,
        "input_tokens": 11,
        "output_tokens": 7,
        "cache_read_tokens": 4,
        "reasoning_tokens": 2,
        "token_basis": "inclusive",
    }
    assert read(span, expected) == expected


def test_a_name_is_an_agents_where_the_span_is_one():
    span = {"traceloop.span.kind": "agent", "traceloop.entity.name": "planner"}
    expected = {"category": "agent", "agent": "planner", "tool": None}
    assert read(span, expected) == expected


def test_a_name_is_a_tools_where_the_span_is_one():
    span = {"traceloop.span.kind": "tool", "traceloop.entity.name": "search"}
    expected = {"category": "tool", "agent": None, "tool": "search"}
    assert read(span, expected) == expected


def test_a_workflow_is_one():
    span = {"traceloop.span.kind": "workflow", "traceloop.entity.name": "nightly"}
    expected = {"category": "workflow", "agent": "nightly"}
    assert read(span, expected) == expected


def test_a_task_is_no_call():
    span = {"traceloop.span.kind": "task", "gen_ai.usage.input_tokens": 9}
    expected = {"category": None, "operation": "task", "input_tokens": None}
    assert read(span, expected) == expected


def test_the_cache_of_converse_is_added():
    span = {
        "scope_name": "opentelemetry.instrumentation.bedrock",
        "llm.request.type": "chat",
        "gen_ai.system": "AWS",
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.cache_read_input_tokens": 4,
    }
    expected = {"input_tokens": 15, "token_basis": "fixed"}
    assert read(span, expected) == expected

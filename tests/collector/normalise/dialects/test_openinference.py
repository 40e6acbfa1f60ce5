from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_call_is_read_whole():
    span = {
        "name": "ChatCompletion",
        "scope_name": "openinference.instrumentation.openai",
        "openinference.span.kind": "LLM",
        "llm.provider": "azure",
        "llm.system": "openai",
        "llm.invocation_parameters": '{"model": "gpt-4o", "temperature": 0}',
        "llm.model_name": "gpt-4o-2024-08-06",
        "llm.token_count.prompt": 11,
        "llm.token_count.completion": 7,
        "llm.token_count.total": 18,
        "llm.token_count.prompt_details.cache_read": 4,
        "llm.token_count.completion_details.reasoning": 2,
        "session.id": "s-1",
        "llm.finish_reason": "stop",
    }
    expected = {
        "dialect": "openinference",
        "category": "llm",
        "operation": "chat",
        "provider": "azure.ai.openai",
        "model": "gpt-4o",
        "response_model": "gpt-4o-2024-08-06",
        "input_tokens": 11,
        "output_tokens": 7,
        "cache_read_tokens": 4,
        "reasoning_tokens": 2,
        "conversation_id": "s-1",
        "finish_reason": "stop",
        "token_basis": "inclusive",
    }
    assert read(span, expected) == expected


def test_an_agent_that_repeats_its_calls_is_no_call():
    span = {"openinference.span.kind": "AGENT", "agent.name": "planner", "llm.token_count.prompt": 11}
    expected = {"category": "agent", "agent": "planner", "input_tokens": 11}
    assert read(span, expected) == expected


def test_the_kind_decides_before_what_is_written_twice():
    span = {
        "openinference.span.kind": "CHAIN",
        "gen_ai.operation.name": "chat",
        "llm.token_count.prompt": 11,
        "gen_ai.usage.input_tokens": 11,
    }
    expected = {"category": None, "operation": "chain", "input_tokens": None}
    assert read(span, expected) == expected


def test_an_embedding_and_a_tool_are_told_apart():
    span = {"openinference.span.kind": "EMBEDDING", "embedding.model_name": "ada"}
    expected = {"category": "llm", "operation": "embeddings", "model": "ada"}
    assert read(span, expected) == expected


def test_vertex_is_not_any_google():
    span = {"openinference.span.kind": "LLM", "llm.provider": "google", "llm.system": "vertexai"}
    expected = {"provider": "gcp.vertex_ai"}
    assert read(span, expected) == expected


def test_streams_of_bedrock_leave_the_cache_out_and_it_is_added():
    span = {
        "scope_name": "openinference.instrumentation.bedrock",
        "openinference.span.kind": "LLM",
        "llm.provider": "aws",
        "llm.token_count.prompt": 11,
        "llm.token_count.completion": 7,
        "llm.token_count.prompt_details.cache_read": 4,
    }
    expected = {"provider": "aws.bedrock", "input_tokens": 15, "token_basis": "fixed"}
    assert read(span, expected) == expected


def test_what_a_call_cost_is_told():
    span = {"openinference.span.kind": "LLM", "llm.cost.total": 0.25}
    expected = {"category": "llm", "reported_cost_pico_usd": 250_000_000_000}
    assert read(span, expected) == expected


def test_a_chain_that_repeats_the_cost_of_its_calls_has_none():
    span = {"openinference.span.kind": "CHAIN", "llm.cost.total": 0.25}
    expected = {"category": None, "reported_cost_pico_usd": None}
    assert read(span, expected) == expected

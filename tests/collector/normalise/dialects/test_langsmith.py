from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_its_kind_decides_and_not_the_operation_that_it_guesses():
    span = {"langsmith.span.kind": "retriever", "gen_ai.operation.name": "embeddings"}
    expected = {"dialect": "langsmith", "category": None, "operation": "retrieval"}
    assert read(span, expected) == expected


def test_a_call_is_read_with_the_details_that_python_wrote():
    span = {
        "langsmith.span.kind": "llm",
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "langchain",
        "langsmith.metadata.ls_provider": "openai",
        "langsmith.metadata.ls_model_name": "gpt-4o",
        "langsmith.metadata.thread_id": "t-1",
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.input_token_details": "{'audio': 0, 'cache_read': 4}",
        "gen_ai.usage.output_token_details": "{'audio': 0, 'reasoning': 2}",
        "langsmith.metadata.usage_metadata": '{"total_cost": 0.25}',
    }
    expected = {
        "category": "llm",
        "provider": "openai",
        "model": "gpt-4o",
        "conversation_id": "t-1",
        "input_tokens": 11,
        "cache_read_tokens": 4,
        "cache_write_tokens": None,
        "reasoning_tokens": 2,
        "reported_cost_pico_usd": 250_000_000_000,
    }
    assert read(span, expected) == expected

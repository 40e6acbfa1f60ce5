from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_generation_is_read_with_what_it_leaves_out_added():
    span = {
        "scope_name": "langfuse-sdk",
        "langfuse.observation.type": "generation",
        "langfuse.observation.model.name": "gpt-4o",
        "langfuse.observation.usage_details": '{"input": 7, "input_cached_tokens": 4, "output": 5}',
        "langfuse.session.id": "s-1",
    }
    expected = {
        "dialect": "langfuse",
        "category": "llm",
        "operation": "chat",
        "model": "gpt-4o",
        "conversation_id": "s-1",
        "input_tokens": 11,
        "output_tokens": 5,
        "cache_read_tokens": 4,
        "token_basis": "fixed",
    }
    assert read(span, expected) == expected


def test_a_cache_that_is_told_by_its_time_is_added_and_the_total_is_the_cost():
    span = {
        "scope_name": "langfuse-sdk",
        "langfuse.observation.type": "generation",
        "langfuse.observation.usage_details":
            '{"input": 7, "input_cache_creation_5m": 4, "input_cache_creation_1h": 5, "output": 5}',
        "langfuse.observation.cost_details": '{"input": 0.1, "total": 0.25}',
    }  # fmt: skip
    expected = {
        "input_tokens": 16,
        "cache_write_tokens": 9,
        "cache_write_1h_tokens": 5,
        "reported_cost_pico_usd": 250_000_000_000,
    }
    assert read(span, expected) == expected


def test_the_words_of_openai_have_the_parts_inside():
    span = {
        "scope_name": "langfuse-sdk",
        "langfuse.observation.type": "generation",
        "langfuse.observation.usage_details":
            '{"prompt_tokens": 18, "completion_tokens": 9, "total_tokens": 27,'
            ' "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": {"reasoning_tokens": 2}}',
    }  # fmt: skip
    expected = {
        "input_tokens": 18,
        "output_tokens": 9,
        "cache_read_tokens": 4,
        "reasoning_tokens": 2,
        "token_basis": "inclusive",
    }
    assert read(span, expected) == expected

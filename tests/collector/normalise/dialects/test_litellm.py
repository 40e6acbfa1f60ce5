from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_completion_is_a_chat_here():
    span = {
        "name": "litellm_request",
        "scope_name": "litellm",
        "llm.request.type": "acompletion",
        "gen_ai.system": "openai",
        "gen_ai.usage.prompt_tokens": 11,
        "gen_ai.usage.completion_tokens": 7,
        "gen_ai.usage.total_tokens": 18,
        "llm.is_streaming": True,
        "gen_ai.server.time_to_first_token": 0.5,
    }
    expected = {
        "dialect": "litellm",
        "category": "llm",
        "operation": "chat",
        "input_tokens": 11,
        "output_tokens": 7,
        "ttft_ns": 500000000,
        "token_basis": "inclusive",
    }
    assert read(span, expected) == expected


def test_the_raw_copy_is_no_call():
    span = {"name": "raw_gen_ai_request", "scope_name": "litellm", "gen_ai.usage.prompt_tokens": 11}
    expected = {"category": None, "input_tokens": None}
    assert read(span, expected) == expected


def test_an_embedding_is_told():
    span = {"name": "litellm_request", "scope_name": "litellm", "llm.request.type": "aembedding"}
    expected = {"operation": "embeddings"}
    assert read(span, expected) == expected


def test_the_details_of_the_cache_and_the_cost_are_told():
    usage = "{'cache_creation_input_tokens': 9, 'cache_creation_token_details': {'ephemeral_5m_input_tokens': 4, "
    span = {
        "name": "litellm_request",
        "scope_name": "litellm",
        "llm.request.type": "acompletion",
        "gen_ai.usage.prompt_tokens": 11,
        "metadata.usage_object": usage + "'ephemeral_1h_input_tokens': 5}}",
        "gen_ai.cost.total_cost": 0.25,
        "litellm.cost.total": 0.5,
    }
    expected = {
        "cache_write_tokens": 9,
        "cache_write_1h_tokens": 5,
        "reported_cost_pico_usd": 500_000_000_000,
    }
    assert read(span, expected) == expected

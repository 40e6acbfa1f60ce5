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

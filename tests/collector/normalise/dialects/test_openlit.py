from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_anthropics_cache_is_added_and_the_first_token_is_in_seconds():
    span = {
        "scope_name": "openlit.otel.tracing",
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "anthropic",
        "gen_ai.usage.input_tokens": 50,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.total_tokens": 57,
        "gen_ai.usage.cache_read.input_tokens": 40,
        "gen_ai.request.is_stream": True,
        "gen_ai.server.time_to_first_token": 0.5,
    }
    expected = {
        "dialect": "openlit",
        "input_tokens": 90,
        "output_tokens": 7,
        "token_basis": "fixed",
        "stream": True,
        "ttft_ns": 500000000,
    }
    assert read(span, expected) == expected


def test_a_search_of_vectors_is_no_call():
    span = {"gen_ai.sdk.version": "1", "gen_ai.operation.name": "vectordb"}
    expected = {"dialect": "openlit", "operation": "retrieval", "category": None}
    assert read(span, expected) == expected

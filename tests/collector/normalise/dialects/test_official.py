from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_the_bedrock_package_leaves_the_cache_out_and_it_is_added():
    span = {
        "scope_name": "opentelemetry.instrumentation.genai.bedrock",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "aws.bedrock",
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.cache_read.input_tokens": 4,
    }
    expected = {
        "dialect": "otel_genai",
        "category": "llm",
        "input_tokens": 15,
        "output_tokens": 7,
        "token_basis": "fixed",
    }
    assert read(span, expected) == expected


def test_what_our_own_instrumentation_counts_is_inclusive():
    span = {
        "scope_name": "spanwise",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.cache_read.input_tokens": 4,
    }
    expected = {"dialect": "otel_genai", "input_tokens": 11, "token_basis": "inclusive"}
    assert read(span, expected) == expected

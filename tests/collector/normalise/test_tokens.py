import pytest

from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded

INPUT, OUTPUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
READ, WRITE = "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens"
REASONING, TOTAL = "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.total_tokens"
BEDROCK = "opentelemetry.instrumentation.genai.bedrock"


def resolved(provider, scope, **tokens):
    span = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": provider, "scope_name": scope, **tokens}
    frame = normalise(decoded(span)).frame
    return frame.select("input_tokens", "output_tokens", "token_basis").row(0)


@pytest.mark.parametrize(
    ("provider", "scope", "tokens", "expected"),
    [
        pytest.param("acme", "x", {INPUT: 100, OUTPUT: 9}, (100, 9, "assumed"), id="nothing known"),
        pytest.param("openai", "x", {INPUT: 100, OUTPUT: 9, READ: 40}, (100, 9, "inclusive"), id="api includes"),
        pytest.param("anthropic", "x", {INPUT: 100, OUTPUT: 9, READ: 40}, (100, 9, "assumed"), id="api excludes"),
        pytest.param("anthropic", "x", {INPUT: 9, OUTPUT: 9, READ: 0, WRITE: 0}, (9, 9, "inclusive"), id="no cache"),
        pytest.param("anthropic", "spanwise", {INPUT: 50, OUTPUT: 9, READ: 40}, (50, 9, "inclusive"), id="ours"),
        pytest.param("anthropic", "x", {INPUT: 10, OUTPUT: 9, READ: 40, WRITE: 5}, (55, 9, "fixed"), id="impossible"),
        pytest.param("aws.bedrock", BEDROCK, {INPUT: 50, OUTPUT: 9, READ: 40}, (90, 9, "fixed"), id="known to exclude"),
        pytest.param("aws.bedrock", BEDROCK, {INPUT: 50, OUTPUT: 9}, (50, 9, "assumed"), id="excluded and not told"),
        pytest.param(
            "anthropic", "x", {INPUT: 50, OUTPUT: 9, READ: 40, TOTAL: 99}, (90, 9, "fixed"), id="total proves it"
        ),
        pytest.param(
            "anthropic", "x", {INPUT: 50, OUTPUT: 9, READ: 40, TOTAL: 59}, (50, 9, "assumed"), id="naive total"
        ),
        pytest.param("x_ai", "x", {INPUT: 5, OUTPUT: 9, REASONING: 90}, (5, 99, "fixed"), id="thoughts apart"),
        pytest.param(
            "x_ai", "x", {INPUT: 5, OUTPUT: 9, REASONING: 3, TOTAL: 17}, (5, 12, "fixed"), id="thoughts in total only"
        ),
        pytest.param("openai", "x", {INPUT: 5, OUTPUT: 9, REASONING: 3}, (5, 9, "inclusive"), id="thoughts inside"),
        pytest.param(
            "openai", "spanwise", {INPUT: 5, OUTPUT: 9, "spanwise.usage.estimated": True}, (5, 9, "estimated"),
            id="estimated",
        ),
        pytest.param("openai", "spanwise", {}, (None, None, None), id="no tokens"),
        pytest.param("openai", "spanwise", {OUTPUT: 4}, (None, 4, "inclusive"), id="half"),
    ],
)  # fmt: skip
def test_input_includes_the_cache_and_output_includes_reasoning(provider, scope, tokens, expected):
    assert resolved(provider, scope, **tokens) == expected

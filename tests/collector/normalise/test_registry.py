import pytest

from spanwise_collector.normalise.registry import (
    DIALECTS,
    NO_DIALECT,
    READ,
    SOURCES,
    WANTED,
    counting_of,
    of_scope,
)
from spanwise_schema.columns import CALL


def place(name):
    return next(place for place, dialect in enumerate(DIALECTS) if dialect.name == name)


def test_a_dialect_is_found_by_being_a_file():
    assert {dialect.name for dialect in DIALECTS} >= {"general", "otel_genai", "openinference", "gen_ai"}
    assert [dialect.order for dialect in DIALECTS] == sorted(dialect.order for dialect in DIALECTS)


@pytest.mark.parametrize("told", ["name", "title", "order"])
def test_no_two_dialects_are_called_or_asked_alike(told):
    assert len({getattr(dialect, told) for dialect in DIALECTS}) == len(DIALECTS) < NO_DIALECT


def test_decode_is_asked_for_what_the_tables_name():
    assert WANTED.attributes["gen_ai.usage.input_tokens"] == "i64"
    assert WANTED.attributes["gen_ai.response.finish_reasons"] == "strings"
    assert WANTED.attributes["traceloop.span.kind"] == WANTED.attributes["logfire.msg"] == "str"
    assert WANTED.resource["service.name"] == WANTED.resource["telemetry.sdk.name"] == "str"


def test_what_decode_is_asked_for_is_read():
    assert {"attribute.gen_ai.usage.input_tokens", "resource.service.name"} <= READ
    assert len(READ) == len(WANTED.attributes) + len(WANTED.resource)


def test_no_key_is_wanted_as_two_kinds():
    for of in ("attribute", "resource"):
        kinds = {}
        for source in (source for rows in SOURCES.values() for _, source in rows if source.of == of):
            assert kinds.setdefault(source.key, source.kind) == source.kind


def test_every_column_of_a_call_has_a_source_or_is_derived():
    assert set(CALL) - set(SOURCES) == {"category", "duration_ns", "token_basis", "dialect", "token_scope"}


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("spanwise", "otel_genai"),
        ("opentelemetry.instrumentation.genai.openai", "otel_genai"),
        ("opentelemetry.instrumentation.openai_v2", "otel_genai"),
        ("opentelemetry.instrumentation.openai.v1", "traceloop"),
        ("opentelemetry.instrumentation.anthropic", "traceloop"),
        ("openinference.instrumentation.openai", "openinference"),
        ("com.anthropic.sdk.python", "anthropic"),
        ("openlit.otel.tracing", "openlit"),
        ("pydantic-ai", "logfire"),
        ("ai", "vercel"),
        ("gcp.vertex.agent", "adk"),
        ("strands.telemetry.tracer", "strands"),
        ("litellm", "litellm"),
    ],
)
def test_a_scope_tells_the_dialect(scope, name):
    assert DIALECTS[of_scope(scope)].name == name


@pytest.mark.parametrize("scope", ["acme", "spanwise-tools", "aiohttp", "opentelemetry.instrumentation.requests"])
def test_a_scope_that_only_looks_like_one_tells_nothing(scope):
    assert of_scope(scope) == NO_DIALECT


def test_the_longest_scope_says_how_an_emitter_counts():
    official = place("otel_genai")
    assert counting_of(official, "opentelemetry.instrumentation.genai.openai", "openai").cache == "inside"
    assert counting_of(official, "opentelemetry.instrumentation.genai.bedrock", "aws.bedrock").cache == "outside"
    assert counting_of(place("gen_ai"), "acme", "openai") is None
    assert counting_of(NO_DIALECT, None, None) is None


def test_a_rule_of_one_provider_is_of_no_other():
    openlit = place("openlit")
    assert counting_of(openlit, "openlit", "anthropic").cache == "outside"
    assert counting_of(openlit, "openlit", "openai") is None

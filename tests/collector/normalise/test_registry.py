from spanwise_collector.normalise.registry import DIALECTS, WANTED, basis_of
from spanwise_schema.columns import CALL


def test_a_dialect_is_found_by_being_a_file():
    assert {dialect.name for dialect in DIALECTS} >= {"general", "otel_genai"}
    assert [dialect.order for dialect in DIALECTS] == sorted(dialect.order for dialect in DIALECTS)


def test_decode_is_asked_for_what_the_tables_name():
    assert WANTED.attributes["gen_ai.usage.input_tokens"] == "i64"
    assert WANTED.attributes["gen_ai.response.finish_reasons"] == "strings"
    assert WANTED.resource["service.name"] == "str"


def test_no_key_is_wanted_as_two_kinds():
    for of in ("attribute", "resource"):
        kinds = {}
        for dialect in DIALECTS:
            for source in (source for sources in dialect.sources.values() for source in sources if source.of == of):
                assert kinds.setdefault(source.key, source.kind) == source.kind


def test_every_column_of_a_call_has_a_source_or_is_derived():
    sourced = {column for dialect in DIALECTS for column in dialect.sources}
    assert set(CALL) - sourced == {"category", "duration_ns", "token_basis", "dialect"}


def test_the_longest_scope_prefix_says_how_an_emitter_counts():
    assert basis_of("opentelemetry.instrumentation.genai.openai") == "inclusive"
    assert basis_of("opentelemetry.instrumentation.genai.bedrock") == "exclusive"
    assert basis_of("spanwise") == "inclusive"
    assert basis_of("acme") is None

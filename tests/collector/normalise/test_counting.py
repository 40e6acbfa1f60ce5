import polars as pl

from spanwise_collector.normalise.counting import INSIDE, OUTSIDE, PROVIDERS, UNKNOWN, counted_how
from spanwise_collector.normalise.registry import DIALECTS, NO_DIALECT

OFFICIAL = next(place for place, dialect in enumerate(DIALECTS) if dialect.name == "otel_genai")
ROWS = [
    (OFFICIAL, "opentelemetry.instrumentation.genai.bedrock", "aws.bedrock"),
    (NO_DIALECT, None, None),
    (OFFICIAL, "spanwise", "x_ai"),
    (NO_DIALECT, "acme", "x_ai"),
]
TOLD = [
    (OUTSIDE, UNKNOWN, OUTSIDE, UNKNOWN),
    (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    (INSIDE, INSIDE, INSIDE, OUTSIDE),
    (UNKNOWN, UNKNOWN, INSIDE, OUTSIDE),
]


def how(rows):
    schema = {"dialect_place": pl.UInt8, "scope_name": pl.String, "provider": pl.String, "counted": pl.String}
    frame = pl.DataFrame([(*row, None)[:4] for row in rows], schema=schema, orient="row")
    return [tuple(row) for row in zip(*(codes.tolist() for codes in counted_how(frame)), strict=True)]


def test_each_span_is_told_how_its_emitter_and_its_provider_count():
    assert how(ROWS) == TOLD
    assert how(ROWS[::-1] * 3) == TOLD[::-1] * 3


def test_spans_of_one_emitter_and_none_are_told_alike():
    assert [how([row])[0] for row in ROWS] == TOLD
    assert how([]) == []


def test_the_words_of_a_span_decide_before_its_emitter():
    assert how([(OFFICIAL, "spanwise", None, "outside")]) == [(OUTSIDE, OUTSIDE, UNKNOWN, UNKNOWN)]


def test_who_bills_the_cache_apart_is_known():
    assert {name for name, counting in PROVIDERS.items() if counting.cache == "outside"} == {"anthropic", "aws.bedrock"}

"""Whatever senders write under the keys of the tables, each span is kept, and what is no number is none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise_collector.decode import decode
from spanwise_collector.normalise import WANTED, normalise
from spanwise_collector.normalise.compile import MOST_TOKENS
from spanwise_collector.normalise.registry import SOURCES
from tests.support.otlp import request, span

KEYS = sorted(WANTED.attributes)
TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "ttft_ns")
OWN = {source.key for rows in SOURCES.values() for _, source in rows if source.own}
"""Counted on the spans of their dialect only."""
texts = st.sampled_from(
    [
        "",
        "7",
        "-7",
        "7.5",
        "NaN",
        "1e400",
        "chat",
        "LLM",
        "{}",
        '{"input_tokens": -1}',
        '{"usage": []}',
        "[" * 5_000,
        "\x00",
    ]
)
plain = texts | st.text() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.booleans() | st.binary() | st.none()
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
scopes = st.sampled_from(
    ["spanwise", "openlit", "litellm", "strands", "ai", "gcp.vertex.agent", "langsmith", "acme", ""]
)
spans = st.lists(st.dictionaries(st.sampled_from(KEYS), values, max_size=12), min_size=1, max_size=6)


def understood(attributes, scope):
    sent = [span(span_id=bytes(7) + bytes([1 + row]), attributes=one) for row, one in enumerate(attributes)]
    decoded = decode(request(sent, scope=scope).SerializeToString(), WANTED)
    return decoded, normalise(decoded.frame)


@settings(deadline=None, max_examples=100)
@given(spans, scopes)
def test_any_value_under_any_key_leaves_the_span_and_breaks_nothing(attributes, scope):
    decoded, result = understood(attributes, scope)
    assert result.frame.height == len(attributes) == decoded.received
    for name in TOKENS:
        told = result.frame[name].drop_nulls()
        assert told.is_between(0, 10 * MOST_TOKENS if name != "ttft_ns" else 2**62).all()


NUMBERS = sorted({key for key, kind in WANTED.attributes.items() if kind in ("i64", "f64")} - OWN)
BAD = ["many", -1, float("nan"), float("inf"), "x" * 1_000_000, b"7", {"a": 1}, [1], True, 2**62]


@pytest.mark.parametrize("key", NUMBERS)
@pytest.mark.parametrize("value", BAD, ids=range(len(BAD)))
def test_a_value_that_is_no_number_is_null_and_counted_by_its_key(key, value):
    decoded, result = understood([{"gen_ai.operation.name": "chat", key: value}], "acme")
    assert result.frame.height == 1
    assert result.frame.select(TOKENS).null_count().row(0) == (1,) * len(TOKENS)
    assert decoded.faults.get(key, 0) + result.faults.get(key, 0) == 1


def test_a_long_value_is_null_and_the_span_is_kept():
    decoded, result = understood(
        [{"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": "9" * 10_000_000}], "acme"
    )
    assert result.frame["input_tokens"].to_list() == [None]
    assert decoded.faults == {"gen_ai.usage.input_tokens": 1}


def test_a_deep_value_is_null_and_the_span_is_kept():
    deep = []
    for _ in range(20):
        deep = [deep]
    decoded, result = understood([{"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": deep}], "acme")
    assert result.frame["input_tokens"].to_list() == [None]
    assert decoded.faults == {"gen_ai.usage.input_tokens": 1}


LONG = "x" * 10_000_000


@pytest.mark.parametrize(
    ("key", "value", "column"),
    [
        ("gen_ai.request.model", LONG, "model"),
        ("gen_ai.agent.name", LONG, "agent"),
        ("gen_ai.response.finish_reasons", [LONG], "finish_reason"),
        ("error.type", LONG, "error_type"),
    ],
)
def test_a_long_text_is_no_name_and_the_span_is_kept(key, value, column):
    chat = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    decoded, result = understood([{**chat, key: value}, chat], "acme")
    assert result.frame[column][0] is None
    assert result.frame["model"][1] == "gpt-4o"
    assert (decoded.faults, result.faults) == ({}, {key: 1})

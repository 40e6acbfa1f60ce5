import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise_collector.reader import TraceFilter
from spanwise_collector.view import jaeger_params as params
from spanwise_collector.view.params import Invalid

SECOND = 1_000_000_000
NOW = 1_790_000_000 * SECOND


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("100ms", SECOND // 10),
        ("1.5s", 3 * SECOND // 2),
        (".5s", SECOND // 2),
        ("1m30s", 90 * SECOND),
        ("1h2m3s4ms5us6ns", 3_723 * SECOND + 4_005_006),
        ("7µs", 7_000),
        ("7μs", 7_000),
        ("2d", 48 * 3_600 * SECOND),
        ("0s", 0),
    ],
)
def test_durations_are_read_as_go_writes_them(text, nanos):
    assert params.duration_ns("minDuration", text) == nanos


@pytest.mark.parametrize(
    "text", ["", "1", "s", "-1s", "1 s", "1s ", "1x", "1s2", "1e3s", "\u0661s", "9" * 30 + "h", "1s\n"]
)
def test_what_is_no_duration_is_named(text):
    with pytest.raises(Invalid, match=r'expected a duration such as "100ms"') as fault:
        params.duration_ns("minDuration", text)
    assert fault.value.field == "minDuration"


@given(st.integers(0, 10**12), st.sampled_from(["ns", "us", "ms", "s"]))
def test_a_whole_number_of_a_unit_is_exact(number, unit):
    factor = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9}[unit]
    if number * factor < 2**53:
        assert params.duration_ns("x", f"{number}{unit}") == number * factor


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("1", "0" * 31 + "1"), ("ABCDEF0123456789", "0" * 16 + "abcdef0123456789"), ("F" * 32, "f" * 32)],
)
def test_short_and_upper_case_trace_ids_are_read(text, wanted):
    assert params.trace_id(text).hex() == wanted


@pytest.mark.parametrize("text", ["", "xyz", "0" * 33, "0x12", " 12", "12\n"])
def test_what_is_no_trace_id_says_what_is_expected(text):
    with pytest.raises(Invalid, match="expected 1 to 32 hexadecimal digits"):
        params.trace_id(text)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "now", "9" * 20, "9" * 500, "\u0661"])
def test_what_is_no_moment_names_its_unit(text):
    with pytest.raises(Invalid, match="expected microseconds since 1970"):
        params.moment_ns("start", text, 1_000)
    with pytest.raises(Invalid, match="expected milliseconds since 1970"):
        params.moment_ns("endTs", text, 1_000_000)


@pytest.mark.parametrize("text", ["", "0", "-1", "1501", "x", "2.0", "9" * 50])
def test_a_limit_is_bounded(text):
    with pytest.raises(Invalid, match="from 1 to 1500"):
        params.limit(text)


def test_the_limit_has_a_default_and_a_most():
    assert (params.limit(None), params.limit("1500")) == (20, 1_500)


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "null", '"a"', '{"a":1}', '{"a":null}', '{"a":{}}', "\ud800"])
def test_tags_that_are_no_object_of_texts_are_refused(text):
    with pytest.raises(Invalid, match="expected a JSON object of texts"):
        params.tags(text, [])


def test_tags_may_come_one_by_one():
    assert params.tags('{"a":"1"}', ["b:2:3", "c:"]) == {"a": "1", "b": "2:3", "c": ""}
    for text in ("b", ":x", ""):
        with pytest.raises(Invalid, match='expected "key:value"'):
            params.tags(None, [text])


def test_a_search_without_a_word_is_the_last_hour_of_every_service():
    assert params.trace_filter({}, [], NOW) == TraceFilter(NOW - 3_600 * SECOND, NOW)


def test_everything_that_grafana_sends_is_read():
    asked = {
        "service": "shop",
        "operation": "GET /a?b=c",
        "tags": '{"error":"true","http.status_code":"500"}',
        "minDuration": "100ms",
        "maxDuration": "1m",
        "start": str(NOW // 1_000 - 5_000_000),
        "end": str(NOW // 1_000),
        "limit": "7",
    }
    tags = {"error": "true", "http.status_code": "500"}
    assert params.trace_filter(asked, [], 0) == TraceFilter(
        NOW - 5 * SECOND, NOW, "shop", "GET /a?b=c", tags, SECOND // 10, 60 * SECOND, 7
    )


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"start": "5", "end": "4"}, "end"),
        ({"start": str(NOW // 1_000 + 1)}, "end"),
        ({"minDuration": "2s", "maxDuration": "1s"}, "maxDuration"),
        ({"lookback": "custom"}, "lookback"),
    ],
)
def test_what_does_not_fit_together_is_named(asked, field):
    with pytest.raises(Invalid) as fault:
        params.trace_filter(asked, [], NOW)
    assert fault.value.field == field


NAMES = ("service", "operation", "tags", "minDuration", "maxDuration", "start", "end", "lookback", "limit")
TEXTS = st.text(max_size=12) | st.from_regex(re.compile(r"[-0-9.]{1,6}(ms|s|h)?"), fullmatch=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=3), lambda inner: st.dictionaries(st.text(max_size=3), inner)
)


@given(st.dictionaries(st.sampled_from(NAMES), TEXTS | JSON.map(json.dumps)), st.lists(st.text(max_size=5), max_size=2))
def test_whatever_is_asked_is_a_search_or_a_fault_with_a_name(asked, one_by_one):
    refused = None
    try:
        found = params.trace_filter(asked, one_by_one, NOW)
    except Invalid as fault:
        refused = fault.field
    if refused is None:
        assert found.start_ns <= found.end_ns < 2**62
        assert 1 <= found.limit <= 1_500
    else:
        assert refused in (*NAMES, "tag")

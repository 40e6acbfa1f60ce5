import random

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from spanwise_collector import search, tags
from spanwise_collector.reader import TraceFilter
from spanwise_collector.store import Store
from tests.support.otlp import key_values, span
from tests.support.rows import NOON, SECOND, batch, row

HOUR_S = 3_600
NUMBERS = (0, 1, -1, 127, 128, 200, 2**31, -(2**63), 2**63 - 1)
VALUES = ("a", "200", "true", "", *NUMBERS, True, False, 0.0, 0.5, -2.5, 1e300, ["x", 1], {"k": "v"})
KEYS = ("key", "http.status", "error")


def stored(number, dice):
    """One span of one of many traces, with attributes in its bytes and in its resource."""
    took_s, at_s = dice.choice((0.1, 1.0, 60.0)), dice.uniform(0, 3 * HOUR_S)
    attributes = {key: dice.choice(VALUES) for key in KEYS if dice.random() < 0.5}
    resource = {"host": dice.choice(("h1", "h2")), "build": dice.choice(NUMBERS)}
    return row(
        number, trace=1 + dice.randrange(60), at_s=at_s, took_s=took_s,
        name=dice.choice(("chat", "tool")), service=dice.choice(("shop", "bank", None)),
        kind=dice.choice((0, 1, 3)), status_code=dice.choice((0, 1, 2)), model=dice.choice(("gpt-4o", None)),
        input_tokens=dice.choice((7, 200, None)), scope_name=dice.choice(("lib", None)),
        cost_pico_usd=dice.choice((None, 5 * 10**11)),
        raw=span("x", attributes, exception_type=dice.choice(("", "KeyError"))).SerializeToString(),
        resource=Resource(attributes=key_values(resource)).SerializeToString(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    dice = random.Random(7)
    return batch(*(stored(number, dice) for number in range(1, 1_001)))


@pytest.fixture(scope="module")
def store(rows, tmp_path_factory):
    """Some of the rows in files of three hours, the last ones in none."""
    store = Store(tmp_path_factory.mktemp("store"))
    for seq in range(4):
        store.append(rows[seq * 200 : (seq + 1) * 200])
        store.commit(seq, b"", None, NOON / SECOND)
    store.append(rows[800:])
    yield store
    store.close()


def truth(rows, wanted):
    """The ids that a search must find, by looking at every span."""
    newest = {}
    for each in rows.iter_rows(named=True):
        took_ns = each["end_ns"] - each["start_ns"]
        if (
            each["end_ns"] >= wanted.start_ns
            and each["start_ns"] <= wanted.end_ns
            and (wanted.service is None or (each["service"] or tags.UNKNOWN_SERVICE) == wanted.service)
            and (wanted.operation is None or each["name"] == wanted.operation)
            and (wanted.min_duration_ns is None or took_ns >= wanted.min_duration_ns)
            and (wanted.max_duration_ns is None or took_ns <= wanted.max_duration_ns)
            and tags.has(each, wanted.tags)
        ):
            newest[each["trace_id"]] = max(each["end_ns"], newest.get(each["trace_id"], 0))
    return sorted(newest, key=newest.get, reverse=True)[: wanted.limit]


TEXTS = (*(str(value) for value in VALUES[:-4]), "true", "false", "0.50", "200.0", "1e300", '["x", 1]', '{"k": "v"}')
TAGS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(TEXTS), max_size=2) | st.sampled_from(
    [
        {"error": "true"},
        {"error": "false"},
        {"host": "h1"},
        {"build": "-1"},
        {"exception.type": "KeyError"},
        {"span.kind": "client"},
        {"span.kind": "nonsense"},
        {"otel.status_code": "OK"},
        {"otel.scope.name": "lib"},
        {"spanwise.model": "gpt-4o"},
        {"spanwise.input_tokens": "7"},
        {"spanwise.cost_usd": "0.5"},
        {"spanwise.nonsense": "x"},
        {"nobody": "has it"},
    ]
)
MOMENTS = st.floats(-10, 3 * HOUR_S + 10).map(lambda at_s: NOON + round(at_s * SECOND))
FILTERS = st.builds(
    lambda moments, service, operation, of, least, most, limit: TraceFilter(
        min(moments), max(moments), service, operation, of, least, most, limit
    ),
    st.tuples(MOMENTS, MOMENTS),
    st.sampled_from([None, None, "shop", tags.UNKNOWN_SERVICE, "nobody"]),
    st.sampled_from([None, None, "chat", "nothing"]),
    TAGS,
    st.sampled_from([None, None, SECOND]),
    st.sampled_from([None, None, 2 * SECOND]),
    st.sampled_from([1, 3, 1_500]),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=FILTERS)
def test_a_search_finds_the_newest_traces_that_have_all_that_is_wanted(store, rows, wanted):
    found = search.search(store, wanted)
    assert [each.spans["trace_id"][0] for each in found] == truth(rows, wanted)
    for each in found:
        whole = rows.filter(pl.col("trace_id") == each.spans["trace_id"][0])
        assert sorted(each.spans["span_id"]) == sorted(whole["span_id"])
        assert each.total == whole.height
        assert each.spans["start_ns"].is_sorted()


def test_a_failed_span_that_says_of_itself_that_it_did_not_is_found_by_either(tmp_path):
    store = Store(tmp_path)
    store.append(batch(row(1, status_code=2, raw=span("x", {"error": False}).SerializeToString())))
    for text in ("true", "false"):
        wanted = TraceFilter(NOON - HOUR_S * SECOND, NOON + SECOND, None, None, {"error": text}, None, None, 9)
        assert len(search.search(store, wanted)) == 1
    store.close()


def test_every_value_is_found_by_its_text(tmp_path):
    """What leaves spans out before their bytes are read leaves none out that has the tag."""
    store = Store(tmp_path)
    values = [*VALUES, 10**18, -(10**18), 2**53 + 1, 1.5e-9, "ä", "x" * 1_000, "[not json"]
    made = [row(n, trace=n, raw=span("x", {"key": value}).SerializeToString()) for n, value in enumerate(values, 1)]
    store.append(batch(*made))
    for n, each in enumerate(made, 1):
        (tag,) = [tag for tag in tags.of_span(each, span("x", {"key": values[n - 1]})) if tag.key == "key"]
        text = str(tag.value).lower() if tag.type == "bool" else str(tag.value)
        found = search.search(store, TraceFilter(0, 2 * NOON, tags={"key": text}, limit=100))
        assert each["trace_id"] in {one.spans["trace_id"][0] for one in found}, text
    store.close()


def test_of_long_traces_the_oldest_spans_are_given(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "MOST_SPANS", 10)
    store = Store(tmp_path)
    store.append(batch(*(row(n, trace=1 + n % 2, at_s=n) for n in range(1, 41))))
    found = search.search(store, TraceFilter(0, 2 * NOON))
    assert [(each.spans.height, each.total) for each in found] == [(5, 20), (5, 20)]
    assert found[1].spans["end_ns"].to_list() == [NOON + n * SECOND for n in (1, 3, 5, 7, 9)]
    one = search.trace(store, (1).to_bytes(16, "big"))
    assert (one.spans.height, one.total) == (10, 20)
    assert one.spans["end_ns"].to_list() == [NOON + n * SECOND for n in range(2, 21, 2)]
    assert search.trace(store, bytes(16)).total == 0
    store.close()


def test_a_trace_of_a_day_is_not_cut_and_what_is_further_away_is_not_looked_for(tmp_path):
    store = Store(tmp_path)
    for seq, at_s in enumerate((-30 * HOUR_S, -20 * HOUR_S, 0)):
        store.append(batch(row(seq + 1, at_s=at_s)))
        store.commit(seq, b"", None, NOON / SECOND)
    (found,) = search.search(store, TraceFilter(NOON - HOUR_S * SECOND, NOON))
    assert sorted(found.spans["span_id"].to_list()) == [(2).to_bytes(8, "big"), (3).to_bytes(8, "big")]
    assert search.trace(store, (1).to_bytes(16, "big")).total == 3
    store.close()


def test_a_search_stops_at_the_first_files_that_are_enough(tmp_path, monkeypatch):
    """Of ten hours only the newest one is read."""
    store = Store(tmp_path)
    for hour in range(10):
        store.append(batch(*(row(100 * hour + n, trace=100 * hour + n, at_s=hour * HOUR_S + n) for n in range(1, 31))))
        store.commit(hour, b"", None, NOON / SECOND)
    pieces = []
    newest = store.newest

    def counted(*args):
        for piece in newest(*args):
            pieces.append(piece)
            yield piece

    monkeypatch.setattr(store, "newest", counted)
    assert len(search.search(store, TraceFilter(0, 2 * NOON, limit=20))) == 20
    assert len(pieces) <= 3
    store.close()

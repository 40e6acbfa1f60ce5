import polars as pl
import pytest
from google.protobuf.message import DecodeError
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from polars.testing import assert_frame_equal

from spanwise_collector.decode import at_once, one_by_one
from spanwise_collector.decode.envelope import open_request
from spanwise_collector.decode.wire import Unusual
from spanwise_collector.normalise import WANTED
from tests.support.otlp import span, traffic

NOW_NS = 1_795_000_000_000_000_000


def read(way, spans, wanted=WANTED.attributes):
    made = way.read([raw if isinstance(raw, bytes) else raw.SerializeToString() for raw in spans], wanted)
    return pl.DataFrame(list(made.columns)), dict(made.bad), {key: count for key, count in made.faults.items() if count}


def assert_as_one_by_one(spans, wanted=WANTED.attributes):
    (fast, *fast_rest), (slow, *slow_rest) = read(at_once, spans, wanted), read(one_by_one, spans, wanted)
    assert_frame_equal(fast, slow, check_column_order=False)
    assert fast_rest == slow_rest


@pytest.mark.parametrize("content_bytes", [0, 2048])
def test_traffic_is_read_as_one_by_one(content_bytes):
    body, _ = traffic(3, content_bytes=content_bytes)
    assert_as_one_by_one([raw for of in open_request(body).resource_spans for raw in of.scope_spans[0].spans])


def test_spans_that_no_store_can_place_are_told_with_the_same_reason():
    spans = [
        span(trace_id=bytes(16)), span(trace_id=b"short"), span(span_id=bytes(8)), span(span_id=b""),
        span(end_ns=0), span(start_ns=(1 << 64) - 1), span(end_ns=1 << 63), span(trace_id=b"", end_ns=0),
        span(start_ns=0), span(parent_span_id=b"short"), span(""), Span(), b"",
    ]  # fmt: skip
    assert_as_one_by_one(spans)


def test_values_of_another_type_are_converted_or_counted_alike():
    wanted = {"s": "str", "i": "i64", "f": "f64", "b": "bool", "l": "strings", "y": "bytes"}
    values = ("text", "", 7, -7, 1 << 60, 0.5, float("nan"), float("inf"), True, ["a", "b"], [], {"m": 1}, b"x", None)
    assert_as_one_by_one([span("a", dict.fromkeys(wanted, value)) for value in values], wanted)
    for value in values:
        assert_as_one_by_one([span("a", dict.fromkeys(wanted, value))], wanted)


def test_of_a_key_that_a_span_has_twice_the_last_one_stays():
    for first, last in (("a", "b"), ("a", ""), ("a", 1), (1, "a")):
        made = span("a", {"s": first})
        made.attributes.extend(span("a", {"s": last}).attributes)
        assert_as_one_by_one([made], {"s": "str"})


def test_status_and_events_are_read_alike():
    spans = [span(status_code=2, status_message="it failed"), span(status_code=1), span(exception_type="ValueError")]
    assert_as_one_by_one(spans)


def test_a_wanted_key_in_an_odd_place_is_left_to_the_other_way():
    odd = b"\x12\x03\x0a\x01v\x0a\x01s"  # the value before the key
    with pytest.raises(Unusual):
        read(at_once, [span().SerializeToString() + b"\x4a\x08" + odd], {"s": "str"})


@pytest.mark.parametrize(
    "field",
    [
        pytest.param(b"\x5a\x02\x12\xff", id="event"),
        pytest.param(b"\x6a\x02\x0a\xff", id="link"),
        pytest.param(b"\x7a\x02\x12\xff", id="status"),
        pytest.param(b"\x4a\x02\x0a\xff", id="attribute"),
    ],
)
def test_what_protobuf_refuses_is_refused_though_nobody_wants_it(field):
    with pytest.raises(DecodeError):
        read(at_once, [span().SerializeToString() + field])


@pytest.mark.parametrize("field", [b"\x1a\x01\xff", b"\x5a\x03\x12\x01\xff"])
def test_a_text_that_is_none_is_refused_or_left_to_the_other_way(field):
    with pytest.raises((Unusual, DecodeError)):
        read(at_once, [span().SerializeToString() + field])

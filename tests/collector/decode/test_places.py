import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanwise_collector.decode import places
from spanwise_collector.decode.wire import Unusual, Wire
from tests.support.otlp import span


def contents(spans, tag):
    wire = Wire([made.SerializeToString() for made in spans])
    found = places.find(wire).get(tag, places.NOWHERE)
    return [
        (row, wire.data[at:end])
        for row, at, end in zip(found.row.tolist(), found.at.tolist(), found.end.tolist(), strict=True)
    ]


def test_each_field_is_found_in_the_span_that_has_it():
    spans = [span("a", {"x": 1}), span("b" * 300, {"y": "long" * 5_000, "z": 2}, parent_span_id=b"12345678")]
    assert contents(spans, places.NAME) == [(0, b"a"), (1, b"b" * 300)]
    assert contents(spans, places.PARENT) == [(1, b"12345678")]
    assert contents(spans, places.END) == [
        (row, made.end_time_unix_nano.to_bytes(8, "little")) for row, made in enumerate(spans)
    ]
    assert sorted(contents(spans, places.ATTRIBUTE)) == sorted(
        (row, attribute.SerializeToString()) for row, made in enumerate(spans) for attribute in made.attributes
    )


def test_attributes_of_a_span_keep_their_order():
    made = span("a", {f"k{number}": number for number in range(20)})
    assert [raw for _, raw in contents([made], places.ATTRIBUTE)] == [
        attribute.SerializeToString() for attribute in made.attributes
    ]


def test_flags_and_dropped_counts_are_passed_over():
    made = span("a")
    made.flags, made.dropped_attributes_count, made.dropped_links_count = 0x301, 7, 300
    made.trace_state = "a=b"
    assert contents([made], places.NAME) == [(0, b"a")]
    assert contents([made], places.TRACE_STATE) == [(0, b"a=b")]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\x2a\x05ab", id="cut off"),
        pytest.param(b"\x2a\x01a\x2a\x01b", id="a field twice"),
        pytest.param(b"\x92\x03\x01a", id="unknown field"),
        pytest.param(b"\x2d1234", id="another wire type"),
        pytest.param(b"\x85\x02\x01\x02\x03\x04", id="not the flags"),
        pytest.param(b"\x4a\x00" * 1_000, id="a thousand attributes"),
    ],
)
def test_what_hardly_anybody_writes_is_unusual(raw):
    with pytest.raises(Unusual):
        places.find(Wire([Span(name="usual").SerializeToString(), raw]))

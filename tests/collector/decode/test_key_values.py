import numpy as np
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanwise_collector.decode import key_values, places
from spanwise_collector.decode.wire import Unusual, Wire
from tests.support.otlp import span


def read(attributes, wanted=("k",)):
    return read_raw(span("a", attributes).SerializeToString(), wanted)


def read_raw(raw, wanted=("k",)):
    wire = Wire([raw])
    return wire, key_values.read(wire, places.find(wire)[places.ATTRIBUTE], wanted)


def test_each_attribute_knows_its_key_among_the_wanted():
    found = read({"a": 1, "b": 2, "unwanted": 3, "ab": 4, "x" * 200: 5}, ("b", "ab", "a"))[1]
    assert found.key.tolist() == [2, 0, -1, 1, -1]


def test_texts_lie_where_they_say():
    wire, found = read({"k": "κόσμε", "l": "", "m": "long" * 10_000})
    assert found.type.tolist() == [key_values.STRING] * 3
    cut = [wire.data[at:end].decode() for at, end in zip(found.text_at, found.end, strict=True)]
    assert cut == ["κόσμε", "", "long" * 10_000]


def test_numbers_have_their_type_and_value():
    found = read({"a": 0, "b": 1 << 40, "c": True, "d": False, "e": 0.25})[1]
    integer, boolean, double = key_values.INTEGER, key_values.BOOLEAN, key_values.DOUBLE
    assert found.type.tolist() == [integer, integer, boolean, boolean, double]
    assert found.number[:4].tolist() == [0, 1 << 40, 1, 0]
    assert found.number[4:].view(np.float64).tolist() == [0.25]


def test_everything_else_is_other():
    found = read({"a": -1, "b": [1], "c": {"d": 1}, "e": b"x", "f": None})[1]
    assert found.type.tolist() == [key_values.OTHER] * 5


@pytest.mark.parametrize(
    "attribute",
    [
        pytest.param(b"\x12\x03\x0a\x01v\x0a\x01k", id="value before key"),
        pytest.param(b"\x0a\x01k\x12\x03\x0a\x01v\x0a\x01l", id="key twice"),
        pytest.param(b"\x0a\x01k\x12\x09\x0a\x01v\x18\x01", id="longer than it is"),
        pytest.param(b"\x0a\x01k", id="no value"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_an_oddly_written_attribute_has_no_key(attribute):
    found = read_raw(bytes([places.ATTRIBUTE, len(attribute)]) + attribute)[1]
    assert (found.key.tolist(), found.type.tolist()) == ([-1], [key_values.OTHER])


def test_a_text_that_is_no_utf8_is_unusual_though_nobody_wants_it():
    raw = span("a", {"other": "xy"}).SerializeToString().replace(b"xy", b"\xff\xff")
    with pytest.raises(Unusual):
        read_raw(raw)


def test_no_attributes_are_none():
    wire = Wire([Span(name="a").SerializeToString()])
    assert key_values.read(wire, places.NOWHERE, ("k",)).key.tolist() == []

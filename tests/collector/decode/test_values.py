import math

import pytest

from spanwise_collector.decode.values import NoSuchValue, read
from tests.support.otlp import any_value


@pytest.mark.parametrize(
    ("kind", "sent", "meant"),
    [
        ("str", "gpt-4o", "gpt-4o"),
        ("str", 429, "429"),
        ("str", True, "true"),
        ("str", 0.5, "0.5"),
        ("i64", 42, 42),
        ("i64", 0, 0),
        ("i64", -3, -3),
        ("i64", 42.0, 42),
        ("i64", "42", 42),
        ("i64", "42.0", 42),
        ("i64", (1 << 63) - 1, (1 << 63) - 1),
        ("f64", 0.25, 0.25),
        ("f64", 0.0, 0.0),
        ("f64", 3, 3.0),
        ("f64", "0.25", 0.25),
        ("bool", True, True),
        ("bool", False, False),
        ("bool", "true", True),
        ("bool", "True", True),
        ("bool", "false", False),
        ("strings", ["stop", "length"], ["stop", "length"]),
        ("strings", [], []),
        ("strings", "stop", ["stop"]),
        ("strings", '["stop", "length"]', ["stop", "length"]),
        ("strings", "[]", []),
        ("strings", "[not json", ["[not json"]),
        ("strings", [1, None], ["1", ""]),
        ("bytes", b"\x00\x01", b"\x00\x01"),
    ],
)
def test_a_value_is_read_however_the_sender_spells_it(kind, sent, meant):
    found = read(any_value(sent), kind)
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize("kind", ["str", "i64", "f64", "bool", "strings", "bytes"])
@pytest.mark.parametrize("sent", [None, ""])
def test_an_unset_value_and_an_empty_text_are_missing(kind, sent):
    assert read(any_value(sent), kind) is None


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("str", b"x"),
        ("str", {"a": 1}),
        ("str", ["a"]),
        ("i64", True),
        ("i64", 1.5),
        ("i64", "many"),
        ("i64", "1.5"),
        ("i64", "nan"),
        ("i64", "9" * 19),
        ("i64", "9" * 5000),
        ("i64", math.inf),
        ("i64", 1e30),
        ("i64", {"a": 1}),
        ("f64", math.nan),
        ("f64", -math.inf),
        ("f64", "Infinity"),
        ("f64", "fast"),
        ("f64", True),
        ("f64", [1.0]),
        ("bool", 1),
        ("bool", "yes"),
        ("strings", 5),
        ("strings", {"a": "b"}),
        ("strings", [["nested"]]),
        ("strings", '[{"a": 1}]'),
        ("bytes", "x"),
    ],
)
def test_what_is_no_such_value_is_said_to_be_none(kind, sent):
    with pytest.raises(NoSuchValue):
        read(any_value(sent), kind)

import polars as pl
import pytest
from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from spanwise_collector.decode.sparse import Attributes
from tests.support.otlp import any_value


def put(attributes, row, key, value):
    raw = KeyValue(key=key, value=any_value(value)).SerializeToString()
    if found := attributes[raw]:
        add_row, add_value, read = found
        add_row(row)
        add_value(read)


def test_values_land_on_their_rows_and_nowhere_else():
    attributes = Attributes({"model": "str"})
    put(attributes, 1, "model", "gpt-4o")
    put(attributes, 3, "model", "gpt-4o")
    assert attributes.columns["model"].series("m", 4).to_list() == [None, "gpt-4o", None, "gpt-4o"]


def test_only_wanted_keys_that_were_seen_become_columns():
    attributes = Attributes({"model": "str", "never": "str"})
    put(attributes, 0, "model", "a")
    put(attributes, 0, "other", "b")
    assert list(attributes.columns) == ["model"]


def test_of_a_key_that_a_row_has_twice_the_last_one_stays():
    attributes = Attributes({"tokens": "i64"})
    for value in (1, 2, 1):
        put(attributes, 0, "tokens", value)
    assert attributes.columns["tokens"].series("t", 1).to_list() == [1]
    put(attributes, 0, "tokens", "no number")
    assert attributes.columns["tokens"].series("t", 1).to_list() == [None]


def test_a_fault_counts_each_time_it_is_seen():
    attributes = Attributes({"tokens": "i64"})
    for row in range(3):
        put(attributes, row, "tokens", "no number")
    put(attributes, 3, "tokens", 5)
    assert attributes.columns["tokens"].faults == 3
    assert attributes.columns["tokens"].series("t", 4).to_list() == [None, None, None, 5]


@pytest.mark.parametrize(
    ("kind", "value", "dtype"),
    [
        ("str", "a", pl.String),
        ("i64", 1, pl.Int64),
        ("f64", 1, pl.Float64),
        ("bool", False, pl.Boolean),
        ("bytes", b"a", pl.Binary),
        ("strings", ["a"], pl.List(pl.String)),
    ],
)
def test_a_column_has_the_type_of_its_kind(kind, value, dtype):
    attributes = Attributes({"key": kind})
    put(attributes, 1, "key", value)
    series = attributes.columns["key"].series("k", 3)
    assert series.dtype == dtype
    assert series.to_list() == [None, value, None]


def test_lists_of_any_length_stay_apart():
    attributes = Attributes({"reasons": "strings"})
    for row, value in enumerate((["stop"], [], ["stop", "length"], ["stop"])):
        put(attributes, row, "reasons", value)
    assert attributes.columns["reasons"].series("r", 5).to_list() == [["stop"], [], ["stop", "length"], ["stop"], None]


def test_long_texts_are_not_remembered():
    attributes = Attributes({"text": "str"})
    put(attributes, 0, "text", "x" * 5000)
    put(attributes, 1, "text", "short")
    assert len(attributes) == 1
    assert attributes.columns["text"].series("t", 2).to_list() == ["x" * 5000, "short"]


def test_bytes_that_are_no_attribute_are_refused():
    with pytest.raises(DecodeError):
        Attributes({})[b"\xff"]

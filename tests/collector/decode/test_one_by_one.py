import polars as pl
import pytest
from google.protobuf.message import DecodeError

from spanwise_collector.decode import one_by_one
from tests.support.otlp import span


def test_a_span_with_a_thousand_attributes_is_read():
    raw = span("a", {f"k{number}": number for number in range(1_000)}).SerializeToString()
    read = one_by_one.read([raw], {"k999": "i64"})
    assert pl.DataFrame(list(read.columns))["attribute.k999"].to_list() == [999]


def test_a_span_that_is_none_is_refused():
    with pytest.raises(DecodeError):
        one_by_one.read([b"\x0a\xff"], {})

import pytest
from google.protobuf.message import DecodeError
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from spanwise_collector.decode import fields
from spanwise_collector.decode.envelope import open_span
from tests.support.otlp import NOW_NS, span

TOO_LATE_NS = 1 << 63


def rows(*spans):
    return [fields.read_fields(open_span(one.SerializeToString())) for one in spans]


def values(*spans):
    return {series.name: series.to_list() for series in fields.columns(rows(*spans))}


def test_fields_become_columns():
    made = span("chat", parent_span_id=b"\x03" * 8, status_code=2, status_message="timed out")
    assert values(made) == {
        "trace_id": [b"\x01" * 16],
        "span_id": [b"\x02" * 8],
        "parent_span_id": [b"\x03" * 8],
        "name": ["chat"],
        "kind": [3],
        "start_ns": [NOW_NS - 1_000_000_000],
        "end_ns": [NOW_NS],
        "status_code": [2],
        "status_message": ["timed out"],
    }


def test_what_is_unset_is_null():
    found = values(span("", start_ns=0))
    assert [found[name] for name in ("name", "start_ns", "status_message", "parent_span_id")] == [[None]] * 4
    assert found["status_code"] == [0]


@pytest.mark.parametrize("parent", [b"", bytes(8), b"\x01"])
def test_a_parent_that_is_no_span_id_is_none(parent):
    assert values(span(parent_span_id=parent))["parent_span_id"] == [None]


def test_no_rows_make_empty_columns():
    assert {len(series) for series in fields.columns([])} == {0}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"trace_id": b""}, "no trace id"),
        ({"trace_id": bytes(16)}, "no trace id"),
        ({"trace_id": b"\x01" * 15}, "no trace id"),
        ({"span_id": b""}, "no span id"),
        ({"span_id": bytes(8)}, "no span id"),
        ({"span_id": b"\x01" * 9}, "no span id"),
        ({"end_ns": 0}, "no end time"),
        ({"end_ns": TOO_LATE_NS}, "time out of range"),
        ({"start_ns": TOO_LATE_NS}, "time out of range"),
        ({"trace_id": b"", "end_ns": 0}, "no trace id"),
    ],
)
def test_a_span_without_ids_or_an_end_is_told_apart(changed, reason):
    found = rows(span(), span(**changed))
    assert fields.faults(found) == {1: reason}
    assert len(fields.columns(found)[0]) == 2


def test_a_span_that_ends_before_it_starts_is_kept():
    assert fields.faults(rows(span(start_ns=NOW_NS + 5, end_ns=NOW_NS))) == {}


def test_a_status_that_is_none_is_refused():
    good = rows(span())[0]
    with pytest.raises(DecodeError):
        fields.columns([(*good[:-1], b"\xff")])
    assert fields.columns([(*good[:-1], Status(code=1).SerializeToString())])[7].to_list() == [1]

import base64
import json
from collections.abc import Mapping

import polars as pl
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from polars.testing import assert_frame_equal

from spanwise_collector.batch import Wanted
from spanwise_collector.decode import at_once, decode, one_by_one, to_protobuf
from spanwise_collector.decode.wire import Unusual
from spanwise_collector.errors import Malformed
from tests.support.otlp import resource_spans, span

KINDS = {"s": "str", "i": "i64", "f": "f64", "b": "bool", "l": "strings", "y": "bytes"}
WANTED = Wanted(KINDS, {"service.name": "str"})

texts = st.text('ab1 .κ漢🦜\x00"\\[', max_size=8)  # a small alphabet: the full one takes seconds to set up
int64 = st.integers(-(1 << 63), (1 << 63) - 1)
scalars = st.none() | texts | st.booleans() | int64 | st.floats() | st.binary(max_size=8)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
typed = st.fixed_dictionaries(
    {},
    optional={
        "s": texts.filter(bool),
        "i": int64,
        "f": st.floats(allow_nan=False, allow_infinity=False),
        "b": st.booleans(),
        "l": st.lists(texts, max_size=3),
        "y": st.binary(max_size=8),
    },
)
ids = st.binary(min_size=16, max_size=16).filter(any)


@st.composite
def spans(draw, attributes):
    return span(
        draw(texts.filter(bool)),
        draw(attributes),
        trace_id=draw(ids),
        span_id=draw(ids.map(lambda raw: raw[:7] + b"\x01")),
        parent_span_id=draw(st.just(b"") | ids.map(lambda raw: raw[:8])),
        start_ns=draw(st.integers(1, (1 << 63) - 1)),
        end_ns=draw(st.integers(1, (1 << 63) - 1)),
        status_code=draw(st.integers(0, 2)),
    )


def export(groups) -> ExportTraceServiceRequest:
    return ExportTraceServiceRequest(
        resource_spans=[resource_spans(made, {"service.name": f"s{index}"}) for index, made in enumerate(groups)]
    )


def as_otlp_json(message: ExportTraceServiceRequest) -> bytes:
    """Write JSON by protobuf's own writer, with ids in hex as OTLP wants them."""

    def hexed(node):
        if isinstance(node, Mapping):
            return {
                key: base64.b64decode(value).hex() if key in ("traceId", "spanId", "parentSpanId") else hexed(value)
                for key, value in node.items()
            }
        return [hexed(item) for item in node] if isinstance(node, list) else node

    written = json_format.MessageToDict(message, use_integers_for_enums=True)
    return json.dumps(hexed(written)).encode()


@given(st.lists(st.lists(spans(typed), max_size=4), max_size=3))
def test_what_was_encoded_is_what_is_decoded(groups):
    message = export(groups)
    batch = decode(message.SerializeToString(), WANTED)
    sent = [made for group in groups for made in group]
    assert (batch.received, batch.frame.height, batch.rejected, batch.faults) == (len(sent), len(sent), {}, {})
    for row, made in zip(batch.frame.iter_rows(named=True), sent, strict=True):
        assert row["raw"] == made.SerializeToString()
        assert (row["trace_id"], row["span_id"], row["name"]) == (made.trace_id, made.span_id, made.name)
        assert (row["start_ns"], row["end_ns"]) == (made.start_time_unix_nano, made.end_time_unix_nano)
        values = {attribute.key: attribute.value for attribute in made.attributes}
        for key, kind in KINDS.items():
            found = row.get(f"attribute.{key}")
            if key not in values:
                assert found is None
            elif kind == "strings":
                assert found == [item.string_value for item in values[key].array_value.values]
            else:
                assert found == getattr(values[key], values[key].WhichOneof("value"))


@given(st.lists(spans(st.dictionaries(st.sampled_from(list(KINDS)) | texts, anything, max_size=6)), max_size=4))
def test_any_value_is_kept_as_its_kind_or_counted(made):
    batch = decode(export([made]).SerializeToString(), WANTED)
    assert batch.frame.height == len(made)
    for key, kind in KINDS.items():
        if (name := f"attribute.{key}") in batch.frame.columns:
            filled = batch.frame[name].count()
            assert filled + batch.faults.get(key, 0) <= len(made)
            assert kind != "f64" or batch.frame[name].drop_nulls().is_finite().all()


@given(st.lists(st.lists(spans(st.dictionaries(texts, anything, max_size=4) | typed), max_size=3), max_size=2))
def test_json_and_protobuf_of_one_request_decode_equal(groups):
    message = export(groups)
    by_json = decode(to_protobuf(as_otlp_json(message)), WANTED)
    by_protobuf = decode(message.SerializeToString(), WANTED)
    assert by_json.faults == by_protobuf.faults
    assert_frame_equal(by_json.frame.drop("raw"), by_protobuf.frame.drop("raw"))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_batch_or_malformed(body):
    for read in (lambda: body, lambda: to_protobuf(body)):
        try:
            batch = decode(read(), WANTED)
        except Malformed:
            continue
        assert batch.received == batch.frame.height + sum(batch.rejected.values())


@given(st.lists(spans(typed), min_size=1, max_size=6), st.integers(0, 6))
def test_a_batch_is_the_sum_of_its_parts(made, cut):
    whole = decode(export([made]).SerializeToString(), WANTED).frame
    parts = [decode(export([part]).SerializeToString(), WANTED).frame for part in (made[:cut], made[cut:])]
    joined = pl.concat(parts, how="diagonal")
    assert_frame_equal(joined, whole, check_column_order=False)


def read_by(way, raws):
    """Give what a way of reading makes of spans, or the error that it refuses them with."""
    try:
        read = way(raws, KINDS)
    except (Unusual, DecodeError) as refused:
        return type(refused)
    return pl.DataFrame(list(read.columns)), dict(read.bad), {key: count for key, count in read.faults.items() if count}


def assert_read_alike(raws):
    """Both ways make the same of spans, but that the fast one may leave odd ones to the other."""
    fast, slow = read_by(at_once.read, raws), read_by(one_by_one.read, raws)
    if fast is Unusual:
        return False
    if isinstance(fast, tuple) and isinstance(slow, tuple):
        assert_frame_equal(fast[0], slow[0], check_column_order=False)
        assert fast[1:] == slow[1:]
    else:
        assert fast is slow
    return True


@given(st.lists(spans(typed), min_size=1, max_size=5))
def test_usual_spans_are_read_at_once_as_one_by_one(made):
    assert assert_read_alike([span.SerializeToString() for span in made])


@given(st.lists(spans(st.dictionaries(st.sampled_from(list(KINDS)) | texts, anything)), min_size=1, max_size=5))
def test_spans_of_any_attributes_are_read_at_once_as_one_by_one(made):
    assert_read_alike([span.SerializeToString() for span in made])


@given(st.lists(spans(typed | st.dictionaries(texts, anything)), min_size=1, max_size=3), st.data())
def test_spans_with_a_byte_changed_are_read_at_once_as_one_by_one(made, data):
    raws = [bytearray(span.SerializeToString()) for span in made]
    broken = data.draw(st.sampled_from(raws))
    broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    assert_read_alike([bytes(raw) for raw in raws])

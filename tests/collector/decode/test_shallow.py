import contextlib
import json

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanwise_collector.batch import Wanted
from spanwise_collector.decode import decode, shallow
from spanwise_collector.decode.shallow import DEEPEST, TOO_DEEP, cut, sparing
from spanwise_collector.errors import Malformed
from tests.support.deep import deep_attribute, deep_value, delimited, request_of
from tests.support.otlp import request, span

WANTED = Wanted({"model": "str", "tokens": "i64", "reasons": "strings"}, {"service.name": "str"})
GOOD = span("good", {"model": "gpt-4o", "tokens": 5}).SerializeToString()
SPAN_ATTRIBUTE, SPAN_EVENT, SPAN_LINK = 9, 11, 13
RESOURCE_ATTRIBUTE, SCOPE_ATTRIBUTE = 1, 3
EVENT_ATTRIBUTE, LINK_ATTRIBUTE = 3, 4


def read(body):
    return sparing(ExportTraceServiceRequest.FromString, body, ExportTraceServiceRequest)


@pytest.mark.parametrize("levels", [60, 200, 30_000])
@pytest.mark.parametrize("spans", [2, 100])
@pytest.mark.parametrize("key", ["model", "tokens", "reasons", "nobody.asked"])
def test_a_deep_value_is_null_and_a_fault_of_its_key_and_nothing_else_is_lost(key, spans, levels):
    odd = GOOD + delimited(SPAN_ATTRIBUTE, deep_attribute(key, levels))
    decoded = decode(request_of(odd, *[GOOD] * (spans - 1)), WANTED)
    assert (decoded.frame.height, decoded.rejected) == (spans, {})
    assert decoded.faults == ({} if key == "nobody.asked" else {key: 1})
    told = decoded.frame.select("attribute.model", "attribute.tokens").rows()
    assert told[1:] == [("gpt-4o", 5)] * (spans - 1)
    assert told[0] == (None if key == "model" else "gpt-4o", None if key == "tokens" else 5)


@pytest.mark.parametrize(
    "body",
    [
        request_of(GOOD + delimited(SPAN_EVENT, delimited(2, b"e") + delimited(EVENT_ATTRIBUTE, deep_attribute("k")))),
        request_of(GOOD + delimited(SPAN_LINK, delimited(LINK_ATTRIBUTE, deep_attribute("k")))),
        request_of(GOOD, resource=delimited(RESOURCE_ATTRIBUTE, deep_attribute("k"))),
        request_of(GOOD, scope=delimited(SCOPE_ATTRIBUTE, deep_attribute("k"))),
    ],
    ids=["event", "link", "resource", "scope"],
)
def test_a_deep_value_anywhere_costs_no_span(body):
    with pytest.raises(DecodeError):
        ExportTraceServiceRequest.FromString(body)
    assert decode(body, WANTED).frame["attribute.model"].to_list() == ["gpt-4o"]


def test_where_a_deep_value_was_there_stands_that_it_was_dropped():
    body = request_of(GOOD + delimited(SPAN_ATTRIBUTE, deep_attribute("k")), GOOD)
    first, second = read(body).resource_spans[0].scope_spans[0].spans
    assert second.SerializeToString() == GOOD
    assert (first.attributes[-1].key, first.attributes[-1].value) == ("k", TOO_DEEP)
    assert list(first.attributes)[:-1] == list(second.attributes)


def test_what_is_as_deep_as_may_be_stays_beside_what_is_deeper():
    most = (DEEPEST - 1) // 2
    attributes = [deep_attribute("k", levels) for levels in (most, most + 1, 99)]
    odd = GOOD + b"".join(delimited(SPAN_ATTRIBUTE, attribute) for attribute in attributes)
    *_, kept, dropped, deeper = read(request_of(odd)).resource_spans[0].scope_spans[0].spans[0].attributes
    assert kept.value.SerializeToString() == deep_value(most)
    assert (dropped.value, deeper.value) == (TOO_DEEP, TOO_DEEP)


def test_what_protobuf_reads_is_not_touched():
    whole = request([span("x", {"k": [[["deep"]]]})])
    assert read(whole.SerializeToString()) == whole


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xff\xff",
        b"\x0a\x7f",
        bytes(1_000),
        request_of(b"\x07"),
        request_of(delimited(5, b"\xff")),
        request_of(GOOD + delimited(SPAN_ATTRIBUTE, deep_attribute("k")))[:-9],
        request_of(GOOD + delimited(SPAN_ATTRIBUTE, deep_attribute("k")), delimited(5, b"\xff")),
    ],
)
def test_any_other_fault_is_malformed_still(body):
    with pytest.raises(Malformed, match="ExportTraceServiceRequest"):
        decode(body, WANTED)


def test_a_request_that_is_too_long_to_be_walked_over_is_refused(monkeypatch):
    body = request_of(GOOD + delimited(SPAN_ATTRIBUTE, deep_attribute("k")))
    assert decode(body, WANTED).frame.height == 1
    monkeypatch.setattr(shallow, "MOST_FIELDS", 10)
    with pytest.raises(Malformed, match="MaxDepth"):
        decode(body, WANTED)


def test_json_under_another_name_is_told_what_it_should_be_called():
    with pytest.raises(Malformed, match="looks like JSON, of which the Content-Type is application/json"):
        decode(b'{"resourceSpans": []}', WANTED)


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 300))
def test_bytes_of_any_kind_are_read_or_malformed(noise, place):
    whole = request_of(GOOD + delimited(SPAN_ATTRIBUTE, deep_attribute("k")))
    with contextlib.suppress(Malformed):
        decode(whole[:place] + noise + whole[place:], WANTED)


def test_json_is_cut_where_it_is_deeper_than_anybody_reads():
    text = b'{"a": ' + b"[" * 5_000 + b'"]]"' + b"]" * 5_000 + b', "b": [{"c": "\\"[["}]}'
    found = json.loads(cut(text))
    assert found["b"] == [{"c": '"[['}]
    assert cut(cut(text)) == cut(text)


@pytest.mark.parametrize("text", [b"", b"[[", b'{"a": "[', b'"\\', b"]" * 9, b"[" * 1_000])
def test_what_is_not_deep_or_no_json_is_left_as_it_is(text):
    assert cut(text) == text

import base64
import json
import math

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanwise_collector.decode.otlp_json import to_protobuf
from spanwise_collector.decode.shallow import TOO_DEEP
from spanwise_collector.errors import Malformed
from tests.support.deep import deep_json
from tests.support.otlp import any_value

DEEP = b"[" * 900 + b"]" * 900
AT = "resourceSpans[0].scopeSpans[0].spans[0]"


def body(span):
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()


def read(span):
    return ExportTraceServiceRequest.FromString(to_protobuf(body(span))).resource_spans[0].scope_spans[0].spans[0]


def value_of(value):
    return read({"attributes": [{"key": "k", "value": value}]}).attributes[0].value


def test_ids_are_hex_in_any_case_and_links_have_them_too():
    made = read(
        {
            "traceId": "5B8EFFF798038103D269B633813FC60C",
            "spanId": "eee19b7ec3c1b174",
            "parentSpanId": "",
            "links": [{"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "EEE19B7EC3C1B174"}],
        }
    )
    assert made.trace_id.hex() == made.links[0].trace_id.hex() == "5b8efff798038103d269b633813fc60c"
    assert made.span_id.hex() == made.links[0].span_id.hex() == "eee19b7ec3c1b174"
    assert made.parent_span_id == b""


@pytest.mark.parametrize("at", ["1544712660000000000", 1544712660000000000])
def test_64_bit_numbers_are_text_or_numbers(at):
    assert read({"endTimeUnixNano": at}).end_time_unix_nano == 1544712660000000000


def test_the_largest_time_is_exact():
    assert read({"endTimeUnixNano": "18446744073709551615"}).end_time_unix_nano == (1 << 64) - 1


@pytest.mark.parametrize(
    ("value", "field", "meant"),
    [
        ({"stringValue": "x"}, "string_value", "x"),
        ({"intValue": "-5"}, "int_value", -5),
        ({"intValue": 5}, "int_value", 5),
        ({"intValue": 5.0}, "int_value", 5),
        ({"boolValue": True}, "bool_value", True),
        ({"doubleValue": 0.5}, "double_value", 0.5),
        ({"doubleValue": 1}, "double_value", 1.0),
        ({"doubleValue": "Infinity"}, "double_value", math.inf),
        ({"doubleValue": "-Infinity"}, "double_value", -math.inf),
        ({"bytesValue": "AAH/"}, "bytes_value", b"\x00\x01\xff"),
        ({"bytesValue": "AAH_"}, "bytes_value", b"\x00\x01\xff"),
        ({"bytesValue": base64.b64encode(b"a").decode().rstrip("=")}, "bytes_value", b"a"),
    ],
)
def test_values_are_read(value, field, meant):
    assert value_of(value).WhichOneof("value") == field
    assert getattr(value_of(value), field) == meant


def test_nan_is_a_double():
    assert math.isnan(value_of({"doubleValue": "NaN"}).double_value)


def test_lists_and_maps_are_read():
    made = value_of(
        {"kvlistValue": {"values": [{"key": "a", "value": {"arrayValue": {"values": [{"intValue": "1"}, {}]}}}]}}
    )
    assert made.kvlist_value.values[0].value.array_value.values[0].int_value == 1
    assert len(made.kvlist_value.values[0].value.array_value.values) == 2
    assert value_of({"arrayValue": {}}).WhichOneof("value") == "array_value"


def test_resources_with_repeated_texts_are_read():
    sent = {"resourceSpans": [{"resource": {"entityRefs": [{"type": "service", "idKeys": ["service.name"]}]}}]}
    made = ExportTraceServiceRequest.FromString(to_protobuf(json.dumps(sent).encode()))
    assert list(made.resource_spans[0].resource.entity_refs[0].id_keys) == ["service.name"]


def test_unknown_keys_snake_case_and_null_are_ignored():
    made = read({"name": "chat", "trace_id": "zz", "future": {"a": 1}, "status": None, "kind": 3})
    assert (made.name, made.trace_id, made.kind) == ("chat", b"", 3)
    assert not made.HasField("status")


@pytest.mark.parametrize("empty", [b"{}", b'{"resourceSpans": []}', b'{"resourceSpans": null}'])
def test_an_empty_request_is_empty(empty):
    assert to_protobuf(empty) == b""


@pytest.mark.parametrize(
    ("span", "message"),
    [
        ({"traceId": "xyz"}, f"{AT}.traceId: expected hex digits, got 'xyz'"),
        ({"spanId": 5}, f"{AT}.spanId: expected hex digits, got 5"),
        ({"links": [{}, {"spanId": "abc"}]}, f"{AT}.links[1].spanId: expected hex digits, got 'abc'"),
        ({"kind": "SPAN_KIND_CLIENT"}, f"{AT}.kind: expected a whole number"),
        ({"kind": "3"}, f"{AT}.kind: expected a whole number"),
        ({"kind": True}, f"{AT}.kind: expected a whole number"),
        ({"endTimeUnixNano": "-1"}, f"{AT}.endTimeUnixNano: expected a whole number from 0"),
        ({"endTimeUnixNano": "18446744073709551616"}, f"{AT}.endTimeUnixNano: expected a whole number from 0"),
        ({"endTimeUnixNano": "1.5"}, f"{AT}.endTimeUnixNano: expected a whole number from 0"),
        ({"endTimeUnixNano": 1.5}, f"{AT}.endTimeUnixNano: expected a whole number from 0"),
        ({"endTimeUnixNano": "٣"}, f"{AT}.endTimeUnixNano: expected a whole number from 0"),
        ({"name": 5}, f"{AT}.name: expected a string, got 5"),
        ({"attributes": {}}, f"{AT}.attributes: expected a list, got an object"),
        ({"attributes": [5]}, f"{AT}.attributes[0]: expected an object, got 5"),
        ({"status": []}, f"{AT}.status: expected an object, got a list"),
        ({"attributes": [{"value": {"boolValue": "true"}}]}, f"{AT}.attributes[0].value.boolValue: expected true"),
        ({"attributes": [{"value": {"bytesValue": "a*b"}}]}, f"{AT}.attributes[0].value.bytesValue: expected base64"),
        ({"attributes": [{"value": {"bytesValue": 1}}]}, f"{AT}.attributes[0].value.bytesValue: expected base64"),
        ({"attributes": [{"value": {"doubleValue": "fast"}}]}, f"{AT}.attributes[0].value.doubleValue: expected a num"),
        ({"attributes": [{"value": {"doubleValue": "inf"}}]}, f"{AT}.attributes[0].value.doubleValue: expected a num"),
        ({"attributes": [{"value": {"doubleValue": []}}]}, f"{AT}.attributes[0].value.doubleValue: expected a num"),
    ],
)
def test_a_fault_names_the_field_the_value_and_what_was_expected(span, message):
    with pytest.raises(Malformed) as caught:
        to_protobuf(body(span))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b"[" * 100_000,
        b"[" * 900 + b"]" * 900,
        b'{"resourceSpans":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"resourceSpans": 5}',
        b'{"a": NaN}',
        b'{"name": "\xff"}',
    ],
)
def test_what_is_no_json_object_is_malformed(sent):
    with pytest.raises(Malformed, match="expected"):
        to_protobuf(sent)


def nested(levels):
    value = {"intValue": "1"}
    for _ in range(levels):
        value = {"kvlistValue": {"values": [{"key": "k", "value": value}]}}
    return value


def test_values_may_nest_but_not_without_end():
    assert value_of(nested(28)).WhichOneof("value") == "kvlist_value"
    assert value_of(nested(100)) == TOO_DEEP


@pytest.mark.parametrize("levels", [60, 150, 5_000])
@pytest.mark.parametrize("attribute", ['{"key": "k", "value": "DEEP"}', '{"value": "DEEP", "key": "k"}'])
def test_a_value_without_end_is_put_aside_and_the_rest_kept(attribute, levels):
    sent = {"name": "x", "attributes": ["ODD", {"key": "n", "value": {"intValue": 5}}]}
    text = body(sent).replace(b'"ODD"', attribute.encode()).replace(b'"DEEP"', deep_json(levels).encode())
    found = ExportTraceServiceRequest.FromString(to_protobuf(text)).resource_spans[0].scope_spans[0].spans[0]
    assert [(one.key, one.value) for one in found.attributes] == [("k", TOO_DEEP), ("n", any_value(5))]


@pytest.mark.parametrize("value", ['{"arrayValue": {"values": ["DEEP", 5]}}', '{"stringValue": "DEEP"}'])
def test_a_fault_beside_a_value_without_end_is_told(value):
    text = body({"attributes": [{"key": "k", "value": "VALUE"}]}).replace(b'"VALUE"', value.encode())
    with pytest.raises(Malformed, match=r"attributes\[0\].value"):
        to_protobuf(text.replace(b'"DEEP"', deep_json(20).encode()))

import base64

import pytest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from spanwise_collector import tags
from spanwise_collector.tags import Tag
from tests.support.otlp import key_values, span
from tests.support.rows import row


def stored(attributes=None, resource=None, **values):
    """A row as the store keeps it, with the bytes of a span and a resource."""
    made = span("chat", attributes, exception_type=values.pop("exception_type", ""))
    of = Resource(attributes=key_values(resource or {}))
    return row(1, None, **{"raw": made.SerializeToString(), "resource": of.SerializeToString(), **values})


@pytest.mark.parametrize(
    ("value", "type_", "told"),
    [
        ("ä", "string", "ä"),
        ("", "string", ""),
        (True, "bool", True),
        (7, "int64", 7),
        (-(2**63), "int64", -(2**63)),
        (0.5, "float64", 0.5),
        (float("nan"), "string", "nan"),
        (float("inf"), "string", "inf"),
        (b"\0\xff", "binary", base64.b64encode(b"\0\xff").decode()),
        ([], "string", "[]"),
        (["ä", 1, True, 0.5, None, b"x"], "string", '["ä", 1, true, 0.5, null, "eA=="]'),
        ({"a": {"b": [1]}}, "string", '{"a": {"b": [1]}}'),
        ([float("nan")], "string", '["nan"]'),
        (None, "string", ""),
    ],
)
def test_each_type_of_value_has_its_type_in_jaeger(value, type_, told):
    assert list(tags.of(key_values({"k": value}))) == [Tag("k", type_, told)]


def test_what_is_not_an_attribute_is_a_tag_too():
    made = stored(
        {"x": 1}, kind=3, status_code=2, status_message="it failed", scope_name="s", scope_version="1", model="gpt-4o",
        stream=True, input_tokens=7, cost_pico_usd=3_500_000_000, cost_source="computed",
    )  # fmt: skip
    from_bytes = span("chat", {"x": 1})
    assert {tag.key: tag.value for tag in tags.of_span(made, from_bytes)} == {
        "x": 1,
        "span.kind": "client",
        "otel.status_code": "ERROR",
        "error": True,
        "otel.status_description": "it failed",
        "otel.scope.name": "s",
        "otel.scope.version": "1",
        "spanwise.model": "gpt-4o",
        "spanwise.stream": True,
        "spanwise.input_tokens": 7,
        "spanwise.cost_usd": 0.0035,
        "spanwise.cost_source": "computed",
    }


def test_a_call_that_failed_is_an_error_also_where_its_status_does_not_say_so():
    assert Tag("error", "bool", value=True) in tags.of_span(stored(error_type="429"), span())
    assert not [tag for tag in tags.of_span(stored(), span()) if tag.key == "error"]


@pytest.mark.parametrize(
    ("value", "text", "same"),
    [
        ("a", "a", True),
        ("a", "A", False),
        ("200", "200", True),
        (200, "200", True),
        (200, "200.0", True),
        (200, "201", False),
        (0.5, "0.50", True),
        (0.5, "nan", False),
        (True, "true", True),
        (True, "True", False),
        (True, "1", False),
        (False, "false", True),
        (["a"], '["a"]', True),
    ],
)
def test_values_are_compared_as_text_or_as_numbers(value, text, same):
    assert tags.has(stored({"k": value}), {"k": text}) is same


def test_tags_are_looked_for_in_the_span_its_resource_and_its_events():
    made = stored({"a": "1"}, {"host.name": "h"}, exception_type="KeyError", model="gpt-4o")
    assert tags.has(made, {"a": "1", "host.name": "h", "exception.type": "KeyError", "spanwise.model": "gpt-4o"})
    assert not tags.has(made, {"a": "1", "host.name": "other"})
    assert tags.has(made, {})


def test_no_error_is_what_nobody_calls_an_error():
    assert tags.has(stored(), {"error": "false"})
    assert not tags.has(stored(status_code=2), {"error": "false"})
    assert not tags.has(stored({"error": True}), {"error": "false"})
    assert tags.has(stored({"error": False}), {"error": "false"})
    assert tags.has(stored({"error": "yes"}), {"error": "yes"})


@pytest.mark.parametrize(("text", "value"), [("7", 7.0), ("-1e3", -1000.0), ("x", None), ("inf", None), ("", None)])
def test_a_number_is_read_or_is_none(text, value):
    assert tags.number(text) == value

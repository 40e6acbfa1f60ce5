"""The tags of a span, as Jaeger shows and searches them: attributes, status, scope, and what we know of it."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from spanwise_schema.columns import CALL
from spanwise_schema.money import to_usd

Type = Literal["string", "bool", "int64", "float64", "binary"]
KINDS: Final[dict[int, str]] = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
"""The tag `span.kind` of an OTLP span kind."""
CODES: Final[dict[int, str]] = {Status.STATUS_CODE_OK: "OK", Status.STATUS_CODE_ERROR: "ERROR"}
"""The tag `otel.status_code` of an OTLP status code."""
UNKNOWN_SERVICE: Final = "unknown_service"
"""The service of spans that do not name theirs, as OpenTelemetry says it."""
OWN: Final = "spanwise."
"""Before the name of a column, where the column is a tag."""
OWN_COLUMNS: Final = (*(name for name in CALL if name not in ("service", "duration_ns")), "cost_source")
_FAILED: Final = "error"
_EXACT: Final = 2**53  # whole numbers below it are a double too


class Tag(NamedTuple):
    """One key and its value; a list or map is JSON text, bytes are base64."""

    key: str
    type: Type
    value: str | bool | int | float


def of_span(row: Mapping[str, Any], span: Span) -> list[Tag]:
    """List the tags of a span.

    Args:
        row: columns STORED.
        span: what `raw` holds.
    """
    return [*of(span.attributes), *_known(row), *_own(row)]


def of(attributes: Iterable[KeyValue]) -> Iterator[Tag]:
    """List attributes as tags, in their order."""
    return (_tag(pair.key, pair.value) for pair in attributes)


def has(row: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    """Tell whether a span, its resource or one of its events has each of the wanted tags.

    Args:
        row: columns STORED.
        wanted: value by key, as text: `true`, `200`, `0.50` are also the boolean and the numbers.
    """
    span = Span.FromString(row["raw"])
    found = [*of_span(row, span), *of(Resource.FromString(row["resource"]).attributes)]
    for event in span.events:
        found += of(event.attributes)
    for key, text in wanted.items():
        same = any(tag.key == key and _says(tag, text) for tag in found)
        none_failed = key == _FAILED and text == "false" and not any(tag[::2] == (_FAILED, True) for tag in found)
        if not same and not none_failed:
            return False
    return True


def _known(row: Mapping[str, Any]) -> Iterator[Tag]:
    if row["kind"] in KINDS:
        yield Tag("span.kind", "string", KINDS[row["kind"]])
    if row["status_code"] in CODES:
        yield Tag("otel.status_code", "string", CODES[row["status_code"]])
    if row["status_code"] == Status.STATUS_CODE_ERROR or row["error_type"] is not None:
        yield Tag(_FAILED, "bool", value=True)
    for key, column in (
        ("otel.status_description", "status_message"),
        ("otel.scope.name", "scope_name"),
        ("otel.scope.version", "scope_version"),
    ):
        if row[column] is not None:
            yield Tag(key, "string", row[column])


def _own(row: Mapping[str, Any]) -> Iterator[Tag]:
    for column in OWN_COLUMNS:
        if row[column] is not None:
            yield _plain(OWN + column, row[column])
    if row["cost_pico_usd"] is not None:
        yield Tag(f"{OWN}cost_usd", "float64", to_usd(row["cost_pico_usd"]))


def _tag(key: str, value: AnyValue) -> Tag:
    match value.WhichOneof("value"):
        case "bytes_value":
            return Tag(key, "binary", base64.b64encode(value.bytes_value).decode())
        case "array_value" | "kvlist_value":
            return Tag(key, "string", json.dumps(_json(value), ensure_ascii=False))
        case None:
            return Tag(key, "string", "")
        case held:
            return _plain(key, getattr(value, held))


def _plain(key: str, value: Any) -> Tag:  # noqa: ANN401 - str, bool, int or float
    match value:
        case bool():
            return Tag(key, "bool", value)
        case int():
            return Tag(key, "int64", value)
        case float() if math.isfinite(value):
            return Tag(key, "float64", value)
        case _:
            return Tag(key, "string", str(value))  # also what JSON has no number for


def _json(value: AnyValue) -> Any:  # noqa: ANN401 - what JSON can say
    match value.WhichOneof("value"):
        case "array_value":
            return [_json(item) for item in value.array_value.values]
        case "kvlist_value":
            return {pair.key: _json(pair.value) for pair in value.kvlist_value.values}
        case None:
            return None
        case _:
            return _tag("", value).value


def _says(tag: Tag, text: str) -> bool:
    match tag.value:
        case str():
            return tag.value == text
        case bool():
            return text == ("true" if tag.value else "false")
        case int():
            return text == str(tag.value) or (abs(tag.value) < _EXACT and tag.value == number(text))
        case float():
            return tag.value == number(text)


def number(text: str) -> float | None:
    """Read a number; null where the text is none."""
    try:
        read = float(text)
    except ValueError:
        return None
    return read if math.isfinite(read) else None

"""An OTLP trace export request, as JSON, to the same request as protobuf.

Not `google.protobuf.json_format`: OTLP/JSON writes ids in hex, forbids enum names and snake_case keys, and a
refusal has to name the field.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from functools import cache
from typing import Any, Final, cast

import msgspec
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanwise_collector.errors import Malformed

MAX_DEPTH: Final = 90
"""Messages inside messages; a list in an attribute's value takes two, a map three, protobuf itself allows 100."""

_HEX: Final = {"trace_id", "span_id", "parent_span_id"}
_RANGE: Final[dict[int, tuple[int, int]]] = {
    FieldDescriptor.TYPE_INT32: (-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.TYPE_INT64: (-(1 << 63), (1 << 63) - 1),
    FieldDescriptor.TYPE_FIXED64: (0, (1 << 64) - 1),
    FieldDescriptor.TYPE_UINT32: (0, (1 << 32) - 1),
    FieldDescriptor.TYPE_FIXED32: (0, (1 << 32) - 1),
    FieldDescriptor.TYPE_ENUM: (-(1 << 31), (1 << 31) - 1),
}
_SHOWN: Final = 60
_MAX_DIGITS: Final = 24

Reader = Callable[[object, str], Any]
"""Reads a JSON value; the path is for the message of Malformed."""


def to_protobuf(body: bytes) -> bytes:
    """Turn OTLP/JSON into the same request as protobuf.

    Raises Malformed with the path of the field, its value and what was expected. Unknown keys are ignored.
    Source: OTLP specification, "JSON Protobuf Encoding".
    """
    try:
        given = cast("object", msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Malformed(f"expected JSON, got {len(body)} bytes: {fault}") from fault
    request = ExportTraceServiceRequest()
    _fill(request, given, "", 0)
    return request.SerializeToString()


def _fill(message: Message, given: object, path: str, depth: int) -> None:
    if not isinstance(given, dict):
        raise _fault(path or "the body", given, "an object")
    if depth > MAX_DEPTH:
        raise Malformed(f"{path[:_SHOWN]}…: expected at most {MAX_DEPTH} messages inside each other")
    readers = _readers(message.DESCRIPTOR)
    for key, value in cast("dict[str, object]", given).items():
        known = readers.get(key)
        if known is not None and value is not None:
            field, read = known
            _set(message, field, read, value, f"{path}.{key}" if path else key, depth)


def _set(message: Message, field: FieldDescriptor, read: Reader | None, value: object, path: str, depth: int) -> None:
    target = getattr(message, field.name)
    if field.is_repeated:
        if not isinstance(value, list):
            raise _fault(path, value, "a list")
        for index, item in enumerate(cast("list[object]", value)):
            if read is None:
                _fill(target.add(), item, f"{path}[{index}]", depth + 1)
            else:
                target.append(read(item, f"{path}[{index}]"))
    elif read is None:
        target.SetInParent()
        _fill(target, value, path, depth + 1)
    else:
        setattr(message, field.name, read(value, path))


@cache
def _readers(descriptor: Descriptor) -> dict[str, tuple[FieldDescriptor, Reader | None]]:
    """Map the JSON keys of a message to its fields; None reads a message."""
    return {field.json_name: (field, _reader(field)) for field in descriptor.fields}


def _reader(field: FieldDescriptor) -> Reader | None:
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return None
    if field.name in _HEX:
        return _hex
    if field.type in _RANGE:
        return _whole(*_RANGE[field.type], text=field.type != FieldDescriptor.TYPE_ENUM)
    return _SCALARS[field.type]


def _fault(path: str, value: object, expected: str) -> Malformed:
    shown = repr(value)
    return Malformed(f"{path}: expected {expected}, got {shown[:_SHOWN]}{'…' * (len(shown) > _SHOWN)}")


def _hex(value: object, path: str) -> bytes:
    if not isinstance(value, str):
        raise _fault(path, value, "hex digits")
    try:
        return binascii.unhexlify(value)
    except ValueError:
        raise _fault(path, value, "hex digits") from None


def _whole(least: int, most: int, *, text: bool) -> Reader:
    def read(value: object, path: str) -> int:
        number = _from_text(value) if text and isinstance(value, str) else value
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            raise _fault(path, value, f"a whole number from {least} to {most}")
        return number

    return read


def _from_text(value: str) -> int | None:
    digits = value.removeprefix("-")
    return int(value) if len(value) <= _MAX_DIGITS and digits.isascii() and digits.isdigit() else None


def _double(value: object, path: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            raise _fault(path, value, "a number") from None
        if math.isfinite(number) or value in ("NaN", "Infinity", "-Infinity"):
            return number
    raise _fault(path, value, 'a number, "NaN", "Infinity" or "-Infinity"')


def _string(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise _fault(path, value, "a string")
    return value


def _bool(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise _fault(path, value, "true or false")
    return value


def _bytes(value: object, path: str) -> bytes:
    if not isinstance(value, str):
        raise _fault(path, value, "base64")
    padded = value.translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except ValueError:
        raise _fault(path, value, "base64") from None


_URL_SAFE: Final = str.maketrans("-_", "+/")
_SCALARS: Final[dict[int, Reader]] = {
    FieldDescriptor.TYPE_STRING: _string,
    FieldDescriptor.TYPE_BOOL: _bool,
    FieldDescriptor.TYPE_BYTES: _bytes,
    FieldDescriptor.TYPE_DOUBLE: _double,
}

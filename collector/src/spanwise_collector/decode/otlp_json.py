"""An OTLP export request, as JSON, to the same request as protobuf.

Not `google.protobuf.json_format`: OTLP/JSON writes ids in hex, forbids enum names and snake_case keys, and a
refusal has to name the field.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

import msgspec
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from spanwise_collector.decode.shallow import TOO_DEEP, VALUES, cut
from spanwise_collector.errors import Malformed

MAX_DEPTH: Final = 90
"""Messages inside messages; a list in an attribute's value takes two, a map three, protobuf itself allows 100."""

_HEX: Final = {"trace_id", "span_id", "parent_span_id"}
_RANGE: Final[dict[int, tuple[int, int]]] = {
    FieldDescriptor.TYPE_INT32: (-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.TYPE_INT64: (-(1 << 63), (1 << 63) - 1),
    FieldDescriptor.TYPE_SFIXED64: (-(1 << 63), (1 << 63) - 1),
    FieldDescriptor.TYPE_SINT32: (-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.TYPE_UINT64: (0, (1 << 64) - 1),
    FieldDescriptor.TYPE_FIXED64: (0, (1 << 64) - 1),
    FieldDescriptor.TYPE_UINT32: (0, (1 << 32) - 1),
    FieldDescriptor.TYPE_FIXED32: (0, (1 << 32) - 1),
    FieldDescriptor.TYPE_ENUM: (-(1 << 31), (1 << 31) - 1),
}
_NAMED: Final[dict[type, str]] = {dict: "an object", list: "a list"}  # either may be deeper than repr can go
_SHOWN: Final = 60
_SHOWN_PATH: Final = 200
_MAX_DIGITS: Final = 24

Reader = Callable[[object], Any]
"""Reads a JSON value, or raises _Fault."""


@dataclass(frozen=True, slots=True)
class _Field:
    """What a JSON key stands for; without a reader it is a message."""

    name: str
    repeated: bool
    read: Reader | None


class _Fault(Exception):
    """A value is not what it has to be; each level that it leaves adds its step to the path."""

    def __init__(self, value: object, expected: str) -> None:
        shown = _NAMED.get(type(value)) or repr(value)
        self.problem = f"expected {expected}, got {shown[:_SHOWN]}{'…' * (len(shown) > _SHOWN)}"
        self.steps: list[str] = []

    @property
    def path(self) -> str:
        path = "".join(reversed(self.steps)).removeprefix(".") or "the body"
        return path if len(path) <= _SHOWN_PATH else f"{path[:_SHOWN_PATH]}…"


class _TooDeep(_Fault):
    """There is no end of messages inside each other; of an attribute or a log's body only that value is put aside."""


def to_protobuf(body: bytes, kind: type[Message] = ExportTraceServiceRequest) -> bytes:
    """Turn OTLP/JSON into the same request of this kind as protobuf.

    Raises Malformed with the path of the field, its value and what was expected. Unknown keys are ignored, and a
    value that is nested too deep is TOO_DEEP.
    Source: OTLP specification, "JSON Protobuf Encoding".
    """
    try:
        given = _parsed(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Malformed(f"expected JSON, got {len(body)} bytes: {fault}") from fault
    request = kind()
    try:
        _fill(request, given, 0)
    except _Fault as fault:
        raise Malformed(f"{fault.path}: {fault.problem}") from None
    return request.SerializeToString()


def _parsed(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        return msgspec.json.decode(cut(body))


def _fill(message: Message, given: object, depth: int) -> None:
    if not isinstance(given, dict):
        raise _Fault(given, "an object")
    if depth > MAX_DEPTH:
        raise _TooDeep(cast("object", given), f"at most {MAX_DEPTH} messages inside each other")
    fields = _fields(message.DESCRIPTOR)
    for key, value in cast("dict[str, object]", given).items():
        field = fields.get(key)
        if field is None or value is None:
            continue
        try:
            _set(message, field, value, depth)
        except _Fault as fault:
            fault.steps.append(f".{key}")
            raise


def _set(message: Message, field: _Field, value: object, depth: int) -> None:
    if field.repeated:
        _extend(message.DESCRIPTOR.full_name, getattr(message, field.name), field.read, value, depth)
    elif field.read is not None:
        setattr(message, field.name, field.read(value))
    else:
        inner: Message = getattr(message, field.name)
        inner.SetInParent()
        _fill_inner(message.DESCRIPTOR.full_name, inner, value, depth + 1)


def _extend(within: str, target: Any, read: Reader | None, value: object, depth: int) -> None:  # noqa: ANN401 - a repeated field
    if not isinstance(value, list):
        raise _Fault(value, "a list")
    for index, item in enumerate(cast("list[object]", value)):
        try:
            if read is None:
                _fill_inner(within, target.add(), item, depth + 1)
            else:
                target.append(read(item))
        except _Fault as fault:
            fault.steps.append(f"[{index}]")
            raise


def _fill_inner(within: str, message: Message, given: object, depth: int) -> None:
    """Fill a message; put a whole attribute's value aside that is nested too deep, not only its deepest part."""
    try:
        _fill(message, given, depth)
    except _TooDeep:
        if within in VALUES or not isinstance(message, KeyValue | AnyValue):
            raise
        if isinstance(message, AnyValue):
            message.CopyFrom(TOO_DEEP)
            return
        message.Clear()
        _fill(message, {**cast("dict[str, object]", given), "value": None}, depth)
        message.value.CopyFrom(TOO_DEEP)


@cache
def _fields(descriptor: Descriptor) -> dict[str, _Field]:
    """Map the JSON keys of a message to its fields."""
    return {field.json_name: _Field(field.name, field.is_repeated, _reader(field)) for field in descriptor.fields}


def _reader(field: FieldDescriptor) -> Reader | None:
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return None
    if field.name in _HEX:
        return _hex
    if field.type in _RANGE:
        return _whole(*_RANGE[field.type], text=field.type != FieldDescriptor.TYPE_ENUM)
    return _SCALARS[field.type]


def _hex(value: object) -> bytes:
    if not isinstance(value, str):
        raise _Fault(value, "hex digits")
    try:
        return binascii.unhexlify(value)
    except ValueError:
        raise _Fault(value, "hex digits") from None


def _whole(least: int, most: int, *, text: bool) -> Reader:
    def read(value: object) -> int:
        number = _from_text(value) if text and isinstance(value, str) else value
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            raise _Fault(value, f"a whole number from {least} to {most}")
        return number

    return read


def _from_text(value: str) -> int | None:
    digits = value.removeprefix("-")
    return int(value) if len(value) <= _MAX_DIGITS and digits.isascii() and digits.isdigit() else None


def _double(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            raise _Fault(value, "a number") from None
        if math.isfinite(number) or value in ("NaN", "Infinity", "-Infinity"):
            return number
    raise _Fault(value, 'a number, "NaN", "Infinity" or "-Infinity"')


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise _Fault(value, "a string")
    return value


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Fault(value, "true or false")
    return value


def _bytes(value: object) -> bytes:
    if not isinstance(value, str):
        raise _Fault(value, "base64")
    padded = value.translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except ValueError:
        raise _Fault(value, "base64") from None


_URL_SAFE: Final = str.maketrans("-_", "+/")
_SCALARS: Final[dict[int, Reader]] = {
    FieldDescriptor.TYPE_STRING: _string,
    FieldDescriptor.TYPE_BOOL: _bool,
    FieldDescriptor.TYPE_BYTES: _bytes,
    FieldDescriptor.TYPE_DOUBLE: _double,
}

"""Values that are nested deeper than protobuf reads: they are put aside, so that they break no request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeVar, cast

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList

DEEPEST: Final = 90
"""Messages inside each other in a value: a list takes two, a map three. Protobuf reads 100, with those around."""
TOO_DEEP: Final = AnyValue(
    kvlist_value=KeyValueList(values=[KeyValue(key="spanwise.dropped", value=AnyValue(string_value="nested too deep"))])
)
"""Stands where such a value was: a map, which no column takes, so that it is counted as a fault of its key."""
VALUES: Final = frozenset(kind.DESCRIPTOR.full_name for kind in (KeyValue, AnyValue, ArrayValue, KeyValueList))
"""The messages that values are made of."""

MOST_FIELDS: Final = 500_000
"""So many fields of a request are walked over, which is about half a second; what is longer is refused as it came."""

_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5
_FIRST_TAG: Final = 8  # of field 1
_WIDTH: Final = {_FIXED64: 8, _FIXED32: 4}
_LONGEST: Final = 10  # bytes of a varint
_INSIDE: Final[dict[tuple[type[Message], int], type[Message]]] = {
    (AnyValue, AnyValue.ARRAY_VALUE_FIELD_NUMBER): ArrayValue,
    (AnyValue, AnyValue.KVLIST_VALUE_FIELD_NUMBER): KeyValueList,
    (ArrayValue, ArrayValue.VALUES_FIELD_NUMBER): AnyValue,
    (KeyValueList, KeyValueList.VALUES_FIELD_NUMBER): KeyValue,
    (KeyValue, KeyValue.VALUE_FIELD_NUMBER): AnyValue,
}
_BRACKETS: Final = 400  # of JSON; DEEPEST messages have 180 at most
_JSON_PIECE: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)

Bytes = bytes | memoryview
T = TypeVar("T")


class _Field(NamedTuple):
    """A field of a message: its number, its wire type, where it begins, where its content does, where it ends."""

    number: int
    type: int
    at: int
    content: int
    end: int


def sparing(read: Callable[[bytes], T], body: bytes, kind: type[Message]) -> T:
    """Read a request of this kind; if protobuf refuses it, once more with TOO_DEEP for what is nested too deep.

    Raises google.protobuf.message.DecodeError for any other fault.
    """
    try:
        return read(body)
    except DecodeError as fault:
        if body.startswith(b"{"):
            raise DecodeError("this looks like JSON, of which the Content-Type is application/json") from fault
        try:
            spared = _Walk().spared(body, cast("Descriptor", kind.DESCRIPTOR))
        except DecodeError:
            raise fault from None
        if spared == body:
            raise
        return read(spared)


def cut(body: bytes) -> bytes:
    """Write null for what lies deeper in a JSON text than anybody reads; what is left is still too deep."""
    pieces, depth, start, done = list[bytes](), 0, 0, 0
    for found in _JSON_PIECE.finditer(body):
        match found[0]:
            case b"[" | b"{":
                depth += 1
                if depth == _BRACKETS:
                    start = found.start()
            case b"]" | b"}":
                if depth == _BRACKETS:
                    pieces += body[done:start], b"null"
                    done = found.end()
                depth -= 1
            case _:
                pass
    return b"".join((*pieces, body[done:]))


class _Walk:
    """One walk over a request. Its methods raise DecodeError where it is none, or too long."""

    def __init__(self) -> None:
        self._left = MOST_FIELDS

    def spared(self, message: bytes, kind: Descriptor) -> bytes:
        """Copy a message without what is nested too deep."""
        pieces, done = list[bytes](), 0
        for field in self._fields(message):
            described = kind.fields_by_number.get(field.number)
            if field.type != _DELIMITED or described is None or described.message_type is None:
                continue
            content = message[field.content : field.end]
            spared = self._spared_inner(content, described.message_type)
            if spared != content:
                tag = _varint(field.number << 3 | _DELIMITED)
                pieces += message[done : field.at], tag, _varint(len(spared)), spared
                done = field.end
        return b"".join((*pieces, message[done:])) if done else message

    def _spared_inner(self, content: bytes, kind: Descriptor) -> bytes:
        if kind.full_name not in VALUES:
            return self.spared(content, kind)
        of = KeyValue if kind.full_name == KeyValue.DESCRIPTOR.full_name else AnyValue
        if not self._too_deep(content, of):
            return content
        if of is AnyValue:
            return TOO_DEEP.SerializeToString()
        keys = [field for field in self._fields(content) if (field.number, field.type) == (1, _DELIMITED)]
        key = b"".join(content[field.at : field.end] for field in keys)
        return key + KeyValue(value=TOO_DEEP).SerializeToString()

    def _too_deep(self, content: bytes, kind: type[Message]) -> bool:
        """Tell whether a value has more than DEEPEST messages inside each other."""
        waiting = (
            [(memoryview(content), kind, 0)] if len(content) > 2 * DEEPEST else []
        )  # each takes two bytes at least
        while waiting:
            message, of, depth = waiting.pop()
            if depth > DEEPEST:
                return True
            for field in self._fields(message):
                inner = _INSIDE.get((of, field.number)) if field.type == _DELIMITED else None
                if inner is not None:
                    waiting.append((message[field.content : field.end], inner, depth + 1))
        return False

    def _fields(self, message: Bytes) -> Iterator[_Field]:
        """Walk over the fields of a message."""
        at = 0
        while at < len(message):
            self._left -= 1
            tag, content = _read_varint(message, at)
            kind = tag & 7
            if kind == _VARINT:
                end = _read_varint(message, content)[1]
            elif kind == _DELIMITED:
                size, content = _read_varint(message, content)
                end = content + size
            elif kind in _WIDTH:
                end = content + _WIDTH[kind]
            else:
                raise DecodeError(f"wire type {kind} is none")
            if end > len(message) or tag < _FIRST_TAG or self._left < 0:
                raise DecodeError("the message ends too early, or is none, or has too many fields")
            yield _Field(tag >> 3, kind, at, content, end)
            at = end


def _read_varint(message: Bytes, at: int) -> tuple[int, int]:
    """Read a varint: its value and where it ends."""
    value = 0
    for place, byte in enumerate(message[at : at + _LONGEST]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            return value, at + place + 1
    raise DecodeError("a number ends too early")


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)

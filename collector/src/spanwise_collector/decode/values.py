"""An attribute's value as the kind that its column has; senders spell the same value in several types."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Final, cast

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue

from spanwise_schema.columns import Kind

Value = bytes | str | int | float | bool | list[str]

_INT64: Final = 1 << 63
_MAX_DIGITS: Final = 32


class NoSuchValue(ValueError):
    """The value cannot be read as the wanted kind."""


def read(value: AnyValue, kind: Kind) -> Value | None:
    """Read a value as a kind; an unset value and an empty string are null.

    Raises NoSuchValue for another type, a number that is not finite, or one beyond 64 bits.
    """
    held = value.WhichOneof("value")
    if held is None:
        return None
    plain = cast("object", getattr(value, held))
    return None if plain == "" else _READ[kind](plain)


def _string(value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            raise NoSuchValue


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    raise NoSuchValue


def _integer(value: object) -> int:
    match value:
        case bool():
            raise NoSuchValue
        case int():
            number = value
        case str():
            number = _integer_text(value)
        case float() if value.is_integer():
            number = int(value)
        case _:
            raise NoSuchValue
    if not -_INT64 <= number < _INT64:
        raise NoSuchValue
    return number


def _integer_text(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise NoSuchValue
    try:
        return int(text)
    except ValueError:
        number = _number(text)
    if not number.is_integer():
        raise NoSuchValue
    return int(number)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NoSuchValue
    try:
        number = float(value)
    except ValueError:
        raise NoSuchValue from None
    if not math.isfinite(number):
        raise NoSuchValue
    return number


def _boolean(value: object) -> bool:
    match value:
        case bool():
            return value
        case "true" | "True":
            return True
        case "false" | "False":
            return False
        case _:
            raise NoSuchValue


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        listed = _listed(value)
        return [value] if listed is None else listed
    if not isinstance(value, ArrayValue):
        raise NoSuchValue
    return [_string(_plain(item)) for item in value.values]


def _listed(text: str) -> list[str] | None:
    """Read the JSON text of a list of strings, which some senders write for want of arrays."""
    if not text.startswith("["):
        return None
    try:
        items = cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return None
    return [_string(item) for item in cast("list[object]", items)] if isinstance(items, list) else None


def _plain(value: AnyValue) -> object:
    held = value.WhichOneof("value")
    return "" if held is None else cast("object", getattr(value, held))


_READ: Final[dict[Kind, Callable[[object], Value]]] = {
    "bytes": _bytes,
    "str": _string,
    "i64": _integer,
    "f64": _number,
    "bool": _boolean,
    "strings": _strings,
}

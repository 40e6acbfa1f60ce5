"""Takes what a provider or a caller may have put into a JSON field, whatever its type, for what it is worth."""

from collections.abc import Collection
from typing import Any, Final, TypeVar, cast

import msgspec

_T = TypeVar("_T")
_MOST: Final = 2**53  # beyond it JSON numbers are not exact, and sums could leave what a span can carry
_UNSAID: Final = frozenset({"thinking", "reasoning", "redacted_thinking"})


def read(decoder: msgspec.json.Decoder[_T], data: bytes) -> _T | None:
    """Decode JSON; None for what cannot be decoded, whatever is wrong with it."""
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def whole(body: bytes) -> bool:
    """Say whether bytes end as a JSON object does."""
    return body[-1:] == b"}" or body.rstrip()[-1:] == b"}"


def members(value: object) -> dict[str, Any]:
    """Give an object's members; none for another type."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def elements(value: object) -> list[Any]:
    """Give an array's elements; none for another type."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def count(value: object) -> int | None:
    """Give a count of tokens; None for what is none: a negative, a fraction, another type."""
    if type(value) is int:
        return value if 0 <= value <= _MOST else None
    if isinstance(value, float) and value.is_integer():  # Cohere's schema counts in floats
        return count(int(value))
    return None


def number(value: object) -> float | None:
    """Give a number; None for another type, and for a whole number that is not exact any more."""
    if type(value) is int:
        return float(value) if -_MOST <= value <= _MOST else None
    return value if isinstance(value, float) else None


def word(value: object) -> str | None:
    """Give a string that says something; None for an empty one and for another type."""
    return value if isinstance(value, str) and value else None


def utf8_bytes(value: object) -> int:
    """Count the UTF-8 bytes of a string; nought for another type."""
    if not isinstance(value, str):
        return 0
    return len(value) if value.isascii() else len(value.encode("utf-8", "replace"))


def text_bytes(value: object, texts: Collection[str], documents: Collection[str] = ()) -> int:
    """Count the UTF-8 bytes of all text in a value.

    Of an object only the members `texts` are looked into, so that images and sound are left out; its members
    `documents` are measured as the JSON that they are.
    """
    if isinstance(value, str):
        return utf8_bytes(value)
    size = sum(text_bytes(part, texts, documents) for part in elements(value))
    for key, member in members(value).items():
        if key in texts:
            size += text_bytes(member, texts, documents)
        elif key in documents:
            size += json_bytes(member)
    return size


def text_of(content: object) -> str:
    """Give the text of a message's content, whole or in parts, without what the model only thought."""
    if isinstance(content, str):
        return content
    parts = map(members, elements(content))
    texts = (word(part.get("text")) for part in parts if not (part.get("thought") or word(part.get("type")) in _UNSAID))
    return "".join(filter(None, texts))


def json_bytes(value: object) -> int:
    """Count the UTF-8 bytes of a decoded value as compact JSON; of a string its text."""
    if value is None:
        return 0
    return utf8_bytes(value) if isinstance(value, str) else len(msgspec.json.encode(value))

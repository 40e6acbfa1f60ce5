"""Cuts content to size inside its longest texts, so that it stays JSON and each cut is marked."""

from typing import Any, Final

import msgspec

from spanwise.apis.measure import elements, members, utf8_bytes

_MARK_BYTES: Final = 32
_SHORTEST: Final = 64
_ROUNDS: Final = 6


def fit(value: Any, most_bytes: int) -> tuple[bytes | None, bool]:  # noqa: ANN401  decoded JSON
    """Give the value as JSON of at most so many bytes, and whether it was cut; it is changed in place.

    The longest texts are cut in their middle. Where that does not do, the oldest elements of a list go. None where
    nothing does.
    """
    data = msgspec.json.encode(value)
    if len(data) <= most_bytes:
        return data, False
    if isinstance(value, str):
        value = cut(value, max(0, most_bytes - _MARK_BYTES))
        return (data if len(data := msgspec.json.encode(value)) <= most_bytes else None), True
    for _ in range(_ROUNDS):  # an escape takes more bytes than the letter, so that once may not be enough
        if not _shorten(value, len(data) - most_bytes):
            break
        data = msgspec.json.encode(value)
        if len(data) <= most_bytes:
            return data, True
    return _newest(value, most_bytes), True


def cut(text: str, most_bytes: int) -> str:
    """Cut a text in its middle to so many UTF-8 bytes and a mark; two thirds of what stays are its beginning."""
    data = text.encode("utf-8", "replace")
    if len(data) <= most_bytes:
        return text
    tail = most_bytes // 3
    end = data[len(data) - tail :] if tail else b""
    start = data[: most_bytes - tail]
    mark = f"…[cut {len(data) - most_bytes} bytes]"
    return start.decode("utf-8", "ignore") + mark + end.decode("utf-8", "ignore")


def _shorten(value: Any, excess: int) -> bool:  # noqa: ANN401
    """Cut the longest texts to one length, such that `excess` bytes are saved; False where none is left to cut."""
    texts: list[tuple[int, Any, Any]] = []
    _gather(value, texts)
    texts.sort(key=lambda each: -each[0])
    sizes = [size for size, _, _ in texts] + [_SHORTEST]
    saved, level, longest = 0, _SHORTEST, 0
    for longest in range(1, len(sizes)):
        step = longest * (sizes[longest - 1] - sizes[longest])
        if saved + step >= excess + longest * _MARK_BYTES:
            level = sizes[longest] + (saved + step - excess - longest * _MARK_BYTES) // longest
            break
        saved += step
    for _, holder, key in texts[:longest]:
        holder[key] = cut(holder[key], max(level, _SHORTEST))
    return longest > 0


def _gather(value: Any, texts: list[tuple[int, Any, Any]]) -> None:  # noqa: ANN401
    held = members(value).items() or enumerate(elements(value))
    for key, member in held:
        if isinstance(member, str):
            size = utf8_bytes(member)
            if size > _SHORTEST + _MARK_BYTES:
                texts.append((size, value, key))
        else:
            _gather(member, texts)


def _newest(value: Any, most_bytes: int) -> bytes | None:  # noqa: ANN401
    """Drop the oldest elements until the rest fits, and the first parts of the last message."""
    listed = elements(value)
    sizes = [len(msgspec.json.encode(each)) + 1 for each in listed]
    size, first = sum(sizes) + 1, 0
    while size > most_bytes and first < len(sizes) - 1:
        size -= sizes[first]
        first += 1
    del listed[:first]
    if size > most_bytes:
        parts = elements(members(listed[0]).get("parts")) if listed else []
        if len(parts) <= 1 or _newest(parts, most_bytes - size + sizes[-1] - _SHORTEST) is None:
            return None
        data = msgspec.json.encode(value)
        return data if len(data) <= most_bytes else None
    return msgspec.json.encode(value) if listed else None

"""Keeps what a generator tool gives, item by item, as much of it as an attribute may have."""

from typing import Any, Final

import msgspec

from spanwise.apis.measure import utf8_bytes
from spanwise.content.values import plain


class Items:
    """The items given so far, each as it was when it was given; none after those that fill `most_bytes`."""

    __slots__ = ("_left_bytes", "_values")

    def __init__(self, most_bytes: int) -> None:
        self._left_bytes = most_bytes
        self._values: Final[list[Any]] = []

    def add(self, item: object) -> None:
        """Keep an item; the one that is too much is kept as well, so that what is told is seen to be cut."""
        if self._left_bytes < 0:
            return
        value = plain(item)
        self._left_bytes -= utf8_bytes(value) if isinstance(value, str) else len(msgspec.json.encode(value))
        self._values.append(value)

    def told(self) -> str | list[Any]:
        """Give the items: pieces of text as one text, everything else as a list."""
        if all(isinstance(value, str) for value in self._values):
            return "".join(self._values)
        return self._values

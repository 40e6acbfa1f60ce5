"""Cuts server-sent events (text/event-stream, WHATWG HTML)."""

import re

from spanwise.framings.framing import Held

# A blank line ends an event; a line ends with CRLF, LF or CR.
_BLANK = re.compile(rb"(?>\r\n|\n|\r){2}")
_LINE = re.compile(rb"\r\n|\n|\r")
_LF = 0x0A
_LONGEST_BLANK = 4


class Events:
    """Events by their blank lines; the payload is their data."""

    __slots__ = ("_held", "_tail")

    def __init__(self) -> None:
        self._held = Held()
        self._tail = b""

    @property
    def rest(self) -> bytes:
        """Give the bytes of the event still incomplete."""
        return self._held.joined()

    def whole(self, raw: bytes) -> bytes | None:
        """Give the data of one whole event of one line, as most reads of a stream are."""
        if self._tail or not raw.startswith(b"data: ") or raw.find(b"\n") != len(raw) - 2 or raw[-1] != _LF:
            return None
        return None if b"\r" in raw else raw[6:-2]

    def split(self, raw: bytes) -> list[tuple[bytes, bytes]]:
        """Give each complete event and its data, empty for comments and keep-alives; raises FramingError."""
        if _BLANK.search(self._tail + raw) is None:
            self._hold(raw)
            return []
        data = self._held.take() + raw
        events: list[tuple[bytes, bytes]] = []
        start = 0
        for blank in _BLANK.finditer(data):
            event = data[start : blank.end()]
            events.append((event, data_of(event)))
            start = blank.end()
        self._tail = b""
        if start < len(data):
            self._hold(data[start:])
        return events

    def last(self) -> bytes:
        """Give the data of an event that the stream's end cut off before its blank line."""
        return data_of(self.rest)

    def _hold(self, raw: bytes) -> None:
        self._held.add(raw)
        self._tail = (self._tail + raw[1 - _LONGEST_BLANK :])[1 - _LONGEST_BLANK :]


def data_of(event: bytes) -> bytes:
    """Give the data of an event: its data lines joined; empty for comments and keep-alives."""
    lines = (line for line in _LINE.split(event) if line.startswith(b"data:"))
    return b"\n".join(line[5:].removeprefix(b" ") for line in lines)

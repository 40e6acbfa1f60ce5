"""Cuts a stream of bytes into server-sent events."""

import re

# A blank line ends an event; a line ends with CRLF, LF or CR (WHATWG HTML, server-sent events).
_BLANK = re.compile(rb"(?>\r\n|\n|\r){2}")
_LINE = re.compile(rb"\r\n|\n|\r")
_LF = 0x0A
MAX_EVENT_BYTES = 16 * 1024 * 1024


class EventTooLargeError(ValueError):
    """An event that never ends: the stream is not one of events."""


class Splitter:
    """Keeps the unfinished event between two reads."""

    __slots__ = ("rest",)

    def __init__(self) -> None:
        self.rest = b""

    def split(self, raw: bytes) -> list[bytes]:
        """Give the complete events with their ends; joined with `rest` they are the bytes that came in.

        Raises EventTooLargeError.
        """
        data = self.rest + raw
        events: list[bytes] = []
        start = 0
        for blank in _BLANK.finditer(data):
            events.append(data[start : blank.end()])
            start = blank.end()
        self.rest = data[start:]
        if len(self.rest) > MAX_EVENT_BYTES:
            raise EventTooLargeError(
                f"event: {len(self.rest)} bytes without an end, expected at most {MAX_EVENT_BYTES}"
            )
        return events


def sole_data(data: bytes) -> bytes | None:
    """Give the data where the bytes are exactly one event of one line, as most reads of a stream are; else None."""
    if data.startswith(b"data: ") and data.find(b"\n") == len(data) - 2 and data[-1] == _LF and b"\r" not in data:
        return data[6:-2]
    return None


def data_of(event: bytes) -> bytes:
    """Give the data of an event: its data lines joined; empty for comments and keep-alives."""
    lines = (line for line in _LINE.split(event) if line.startswith(b"data:"))
    return b"\n".join(line[5:].removeprefix(b" ") for line in lines)

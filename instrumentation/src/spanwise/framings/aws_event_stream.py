"""Cuts the binary event stream of AWS (application/vnd.amazon.eventstream)."""

import struct
from zlib import crc32

import msgspec

from spanwise.framings.framing import MAX_PIECE_BYTES, FramingError, Held

# A message is: total length, headers' length, CRC of these eight bytes, headers, payload, CRC of all before it.
_PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_LENGTH = struct.Struct(">H")
_SHORTEST = _PRELUDE.size + _CRC.size
_STRING = 7
# Bytes of the other header values by their type: true, false, byte, short, int, long, bytes, string, timestamp, UUID.
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}


class Messages:
    """Messages by the length that each begins with; both checksums are held against the bytes."""

    __slots__ = ("_held", "_needed")

    def __init__(self) -> None:
        self._held = Held()
        self._needed = _PRELUDE.size

    @property
    def rest(self) -> bytes:
        """Give the bytes of the message still incomplete."""
        return self._held.joined()

    def whole(self, raw: bytes) -> bytes | None:
        """Give nothing: `split` is as quick."""
        del raw

    def split(self, raw: bytes) -> list[tuple[bytes, bytes]]:
        """Give each complete message and `{"<event type>":<payload>}`; raises FramingError."""
        self._held.add(raw)
        if self._held.size < self._needed:
            return []
        data = self._held.take()
        messages: list[tuple[bytes, bytes]] = []
        start = 0
        while len(data) - start >= (needed := _needed(data, start)):
            message = data[start : start + needed]
            messages.append((message, _member(message)))
            start += needed
        self._needed = needed
        if start < len(data):
            self._held.add(data[start:])
        return messages

    def last(self) -> bytes:
        """Give nothing: a message cut off is none."""
        return b""


def _needed(data: bytes, start: int) -> int:
    """Give the bytes of the message that starts here, or of its prelude while that is incomplete."""
    if len(data) - start < _PRELUDE.size:
        return _PRELUDE.size
    total, headers, checksum = _PRELUDE.unpack_from(data, start)
    if crc32(data[start : start + 8]) != checksum:
        raise FramingError("prelude: its checksum does not match")
    if not headers + _SHORTEST <= total <= MAX_PIECE_BYTES:
        raise FramingError(f"message: {total} bytes, expected {headers + _SHORTEST} to {MAX_PIECE_BYTES}")
    return total


def _member(message: bytes) -> bytes:
    if crc32(message[: -_CRC.size]) != _CRC.unpack_from(message, len(message) - _CRC.size)[0]:
        raise FramingError("message: its checksum does not match")
    end = _PRELUDE.size + _PRELUDE.unpack_from(message)[1]
    headers = _strings(message[_PRELUDE.size : end])
    payload = message[end : -_CRC.size]
    if headers.get(":message-type") == "error":
        told = {"code": headers.get(":error-code"), "message": headers.get(":error-message")}
        return msgspec.json.encode({"error": told})
    name = headers.get(":event-type") or headers.get(":exception-type")
    if name is None or payload[:1] != b"{":
        return payload
    return b"{" + msgspec.json.encode(name) + b":" + payload + b"}"


def _strings(headers: bytes) -> dict[str, str]:
    """Read the headers that are strings."""
    found: dict[str, str] = {}
    at = 0
    try:
        while at < len(headers):
            name_end = at + 1 + headers[at]
            kind = headers[name_end]
            start = name_end + 1
            size = _SIZES.get(kind)
            if size is None:
                size = _LENGTH.unpack_from(headers, start)[0]
                start += _LENGTH.size
            if kind == _STRING:
                found[headers[at + 1 : name_end].decode()] = headers[start : start + size].decode()
            at = start + size
    except (IndexError, struct.error, UnicodeDecodeError) as fault:
        raise FramingError("headers: cannot be read") from fault
    return found

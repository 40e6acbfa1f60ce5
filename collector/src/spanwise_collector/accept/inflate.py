"""Request bodies as they arrive, decompressed piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final

from spanwise_collector.errors import Malformed, UnsupportedMedia

PIECE_BYTES: Final = 1 << 20
"""The most that one step of decompression may make, however well the body was compressed."""

_GZIP: Final = 16 + zlib.MAX_WBITS
_RAW: Final = -zlib.MAX_WBITS
_DEFLATE_METHOD: Final = 8


class Inflater:
    """Decompresses one body.

    Args:
        encoding: the Content-Encoding: gzip, deflate (with or without zlib's header), identity or nothing.

    Raises UnsupportedMedia for any other encoding.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._make = _decompressor(encoding)
        self._zip: zlib._Decompress | None = None  # pyright: ignore[reportPrivateUsage] - the stubs name it so

    def feed(self, wire: bytes) -> Iterator[bytes]:
        """Yield what these bytes decompress to, in pieces. Raises Malformed."""
        if self._make is None:
            if wire:
                yield wire
            return
        pending = False
        while wire or pending:
            if self._zip is None or self._zip.eof:  # a body may be several gzip members one after another
                self._zip = self._make(wire)
            try:
                piece = self._zip.decompress(wire, PIECE_BYTES)
            except zlib.error as fault:
                raise Malformed(f"Content-Encoding: expected {self._encoding}, got other bytes: {fault}") from fault
            if piece:
                yield piece
            wire = self._zip.unused_data if self._zip.eof else self._zip.unconsumed_tail
            pending = len(piece) == PIECE_BYTES and not self._zip.eof  # zlib may hold back what did not fit

    def finish(self) -> None:
        """Check that the body was complete. Raises Malformed."""
        if self._zip is not None and not self._zip.eof:
            raise Malformed(f"Content-Encoding: the {self._encoding} body ends too early")


def _decompressor(encoding: str) -> Callable[[bytes], zlib._Decompress] | None:  # pyright: ignore[reportPrivateUsage]
    match encoding:
        case "" | "identity":
            return None
        case "gzip":
            return lambda _: zlib.decompressobj(_GZIP)
        case "deflate":
            return lambda first: zlib.decompressobj(zlib.MAX_WBITS if _has_zlib_header(first) else _RAW)
        case _:
            raise UnsupportedMedia(f"Content-Encoding: expected gzip, deflate or identity, got {encoding[:60]!r}")


def _has_zlib_header(first: bytes) -> bool:
    """Tell zlib's format, which HTTP means by deflate, from the bare stream of some senders (RFC 9110, 8.4.1.2)."""
    return first[0] & 0x0F == _DEFLATE_METHOD and (len(first) == 1 or int.from_bytes(first[:2]) % 31 == 0)

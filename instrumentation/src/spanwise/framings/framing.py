"""The shape of a framing, and what holds the bytes of a piece still incomplete."""

from typing import Protocol

MAX_PIECE_BYTES = 16 * 1024 * 1024


class FramingError(ValueError):
    """The bytes are not a stream of this kind."""


class Framing(Protocol):
    """Cuts a stream of bytes into pieces as they are read."""

    @property
    def rest(self) -> bytes:
        """Give the bytes of the piece still incomplete."""
        ...

    def whole(self, raw: bytes) -> bytes | None:
        """Give the payload where nothing is held and these bytes are one piece, as far as that is quickly seen."""
        ...

    def split(self, raw: bytes) -> list[tuple[bytes, bytes]]:
        """Give each complete piece: its bytes, and its payload, empty where it has none.

        The bytes of all pieces joined with `rest` are what came in. Raises FramingError.
        """
        ...

    def last(self) -> bytes:
        """Give the payload of `rest` once the stream has ended; empty where it is none."""
        ...


class Held:
    """The bytes of an incomplete piece, joined only when it is complete: many small reads cost no more than one."""

    __slots__ = ("_parts", "size")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def add(self, raw: bytes) -> None:
        """Hold more; raises FramingError beyond 16 MiB."""
        self._parts.append(raw)
        self.size += len(raw)
        if self.size > MAX_PIECE_BYTES:
            raise FramingError(f"piece: {self.size} bytes without an end, expected at most {MAX_PIECE_BYTES}")

    def take(self) -> bytes:
        """Give all that is held, and hold nothing."""
        whole = self.joined()
        self._parts = []
        self.size = 0
        return whole

    def joined(self) -> bytes:
        """Give all that is held."""
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0] if self._parts else b""

"""Cuts JSON lines (application/x-ndjson)."""

from spanwise.framings.framing import Held


class Lines:
    """Lines by their line feed; the payload is the line without white space around it."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = Held()

    @property
    def rest(self) -> bytes:
        """Give the bytes of the line still incomplete."""
        return self._held.joined()

    def whole(self, raw: bytes) -> bytes | None:
        """Give nothing: `split` is as quick."""
        del raw

    def split(self, raw: bytes) -> list[tuple[bytes, bytes]]:
        """Give each complete line and its payload, empty for a blank one; raises FramingError."""
        if b"\n" not in raw:
            self._held.add(raw)
            return []
        lines = (self._held.take() + raw).split(b"\n")
        if unfinished := lines.pop():
            self._held.add(unfinished)
        return [(line + b"\n", line.strip()) for line in lines]

    def last(self) -> bytes:
        """Give the last line, which may have no line feed."""
        return self.rest.strip()

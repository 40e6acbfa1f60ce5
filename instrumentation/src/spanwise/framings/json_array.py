"""Cuts the elements of a JSON array as they come (Gemini's stream without `alt=sse`)."""

import re

from spanwise.framings.framing import Held

_MARK = re.compile(rb'["{}\[\]]')
_STRING_MARK = re.compile(rb'["\\]')
_OPENING = b"{["
_QUOTE = b'"'
_ELEMENT_DEPTH = 2


class Elements:
    """Objects that are elements of one array; what stands between them belongs to the piece that follows."""

    __slots__ = ("_depth", "_escaped", "_held", "_in_string")

    def __init__(self) -> None:
        self._held = Held()
        self._depth = 0
        self._in_string = False
        self._escaped = False

    @property
    def rest(self) -> bytes:
        """Give the bytes of the element still incomplete, or the end of the array."""
        return self._held.joined()

    def whole(self, raw: bytes) -> bytes | None:
        """Give nothing: `split` is as quick."""
        del raw

    def split(self, raw: bytes) -> list[tuple[bytes, bytes]]:
        """Give each complete element, its payload without commas and white space; raises FramingError."""
        pieces: list[tuple[bytes, bytes]] = []
        start = 0
        for end in self._ends(raw):
            piece = self._held.take() + raw[start:end]
            pieces.append((piece, piece[piece.index(b"{") :]))
            start = end
        if start < len(raw):
            self._held.add(raw[start:])
        return pieces

    def last(self) -> bytes:
        """Give nothing: an element that is not closed is none."""
        return b""

    def _ends(self, raw: bytes) -> list[int]:
        """Find where elements end, looking at each byte once however the reads are cut."""
        ends: list[int] = []
        at = 1 if self._escaped else 0
        self._escaped = False
        while mark := (_STRING_MARK if self._in_string else _MARK).search(raw, at):
            at = mark.end()
            found = mark[0]
            if found == _QUOTE:
                self._in_string = not self._in_string
            elif self._in_string:
                self._escaped = at == len(raw)
                at += 1
            elif found in _OPENING:
                self._depth += 1
            else:
                self._depth -= 1
                if self._depth == _ELEMENT_DEPTH - 1 and found == b"}":
                    ends.append(at)
        return ends

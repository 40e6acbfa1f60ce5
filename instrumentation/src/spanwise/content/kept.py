"""Keeps the bytes of an answer until its span ends, as many as are worth reading."""

from typing import Any

from spanwise.content.reader import Given

MAX_KEPT_BYTES = 1024 * 1024
MAX_ASKED_BYTES = 16 * 1024 * 1024
"""Of a request, whose pictures are told by their size only."""


class Kept:
    """The whole body, or the pieces of a stream in their order; beyond 1 MiB no more is kept, and `cut` says so.

    `given` is the request once it was read; `calls` the arguments that the answer calls tools with.
    """

    __slots__ = ("body", "calls", "cut", "given", "pieces", "size")

    def __init__(self) -> None:
        self.body: bytes | None = None
        self.pieces: list[bytes] = []
        self.cut = False
        self.given: Given | None = None
        self.calls: dict[str, Any] = {}
        self.size = 0
        """Of the pieces, in bytes."""

    def add_body(self, body: bytes) -> None:
        """Keep a whole body; one beyond 1 MiB is not kept at all, since half of it says nothing."""
        if len(body) <= MAX_KEPT_BYTES:
            self.body = body
        else:
            self.cut = True

    def add(self, piece: bytes) -> None:
        """Keep one piece of a stream."""
        self.size += len(piece)
        if self.cut or self.size > MAX_KEPT_BYTES:
            self.cut = True
        else:
            self.pieces.append(piece)

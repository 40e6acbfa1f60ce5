"""Watches the bytes of a response go by: what the caller gets is what it would have got without us."""

import zlib
from collections.abc import Callable
from typing import Protocol

from spanwise import guard
from spanwise.attempt import Attempt
from spanwise.sse import Splitter, data_of, sole_data

MAX_BODY_BYTES = 32 * 1024 * 1024


class Watch(Protocol):
    """Sees each read of a response, and how reading ended. No method raises."""

    def feed(self, raw: bytes) -> bytes:
        """Take what was read; give what the caller shall get, which may be nothing yet."""
        ...

    def finish(self) -> bytes:
        """The last byte was read; give what was held back."""
        ...

    def leave(self) -> None:
        """The caller has read enough."""
        ...

    def fail(self, error: BaseException) -> None:
        """Reading broke off."""
        ...


class _Ending:
    """How a watched response ends before its last byte."""

    __slots__ = ("_attempt",)

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt

    @guard.guarded
    def leave(self) -> None:
        self._attempt.end()

    @guard.guarded
    def fail(self, error: BaseException) -> None:
        self._attempt.end(type(error).__qualname__)


class BodyWatch(_Ending):
    """Passes a body through untouched and reads it once it is complete.

    `decode` undoes the content encoding; `events` says that the body is a stream of events.
    """

    __slots__ = ("_decode", "_events", "_parts", "_size")

    def __init__(self, attempt: Attempt, decode: Callable[[bytes], bytes], *, events: bool = False) -> None:
        super().__init__(attempt)
        self._decode = decode
        self._events = events
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, raw: bytes) -> bytes:
        """Keep a reference and pass the bytes on; beyond 32 MiB the answer is no longer read."""
        self._size += len(raw)
        if self._size <= MAX_BODY_BYTES:
            self._parts.append(raw)
        else:
            self._parts.clear()
        return raw

    def finish(self) -> bytes:
        """Read the whole body."""
        self._read()
        return b""

    @guard.guarded
    def _read(self) -> None:
        if self._attempt.ended:
            return
        if self._size > MAX_BODY_BYTES:
            self._attempt.end()
            return
        body = self._decode(b"".join(self._parts))
        if self._events:
            fold_events(self._attempt, body, hide=False)
        else:
            self._attempt.fold_body(body)


class EventWatch(_Ending):
    """Reads a stream of events as it goes by, and takes out the usage event where we asked for it ourselves.

    Where nothing is taken out (`hide` is false) the caller gets every read as it came.
    """

    __slots__ = ("_blind", "_hide", "_inflate", "_splitter")

    def __init__(self, attempt: Attempt, *, hide: bool, compressed: bool = False) -> None:
        super().__init__(attempt)
        attempt.begin_stream()
        self._hide = hide
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if compressed else None
        self._splitter = Splitter()
        self._blind = False

    def feed(self, raw: bytes) -> bytes:
        """Fold the events that are complete; an event still incomplete is held back where events are taken out."""
        if self._blind:
            return raw
        data, held = raw, self._splitter.rest
        try:
            if self._inflate is not None:
                data = self._inflate.decompress(raw)
            if not held and (payload := sole_data(data)):
                visible = b"" if self._attempt.fold_event(payload) and self._hide else data
            else:
                visible = self._fold(data)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            return self._go_blind(fault, held + data if self._hide else raw)
        return visible if self._hide else raw

    def finish(self) -> bytes:
        """Fold what was left, end the span, and give what was held back."""
        rest = b"" if self._blind else self._splitter.rest
        self._end(rest)
        return rest if self._hide else b""

    def _fold(self, data: bytes) -> bytes:
        visible: list[bytes] = []
        for event in self._splitter.split(data):
            payload = data_of(event)
            if not (payload and self._attempt.fold_event(payload) and self._hide):
                visible.append(event)
        return b"".join(visible)

    def _go_blind(self, fault: Exception, passed: bytes) -> bytes:
        self._blind = True
        guard.report(f"{__name__}.EventWatch.feed", fault)
        return passed

    @guard.guarded
    def _end(self, rest: bytes) -> None:
        if rest and (payload := data_of(rest)):
            self._attempt.fold_event(payload)
        self._attempt.end_of_stream()


def fold_events(attempt: Attempt, body: bytes, *, hide: bool) -> bytes:
    """Fold events that were read as one whole body, which tells nothing of times; give what the caller shall get."""
    attempt.begin_stream()
    splitter = Splitter()
    visible: list[bytes] = []
    for event in [*splitter.split(body), splitter.rest]:
        payload = data_of(event)
        if not (payload and attempt.fold_event(payload, live=False) and hide):
            visible.append(event)
    attempt.end_of_stream()
    return b"".join(visible)

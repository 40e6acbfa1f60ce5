"""Watches the bytes of a response go by: what the caller gets is what it would have got without us."""

import zlib
from collections.abc import Callable
from typing import Protocol

from spanwise import guard
from spanwise.attempt import Attempt
from spanwise.framings import registry
from spanwise.framings.framing import Framing

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

    `decode` undoes the content encoding; `framing` cuts a body that is known to be a stream.
    """

    __slots__ = ("_decode", "_framing", "_parts", "_size")

    def __init__(self, attempt: Attempt, decode: Callable[[bytes], bytes], framing: Framing | None = None) -> None:
        super().__init__(attempt)
        self._decode = decode
        self._framing = framing
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
        parts = self._parts
        read(self._attempt, self._decode(parts[0] if len(parts) == 1 else b"".join(parts)), self._framing)


class StreamWatch(_Ending):
    """Reads a stream as it goes by, and takes out the usage event where we asked for it ourselves.

    Where nothing is taken out (`hide` is false) the caller gets every read as it came.
    """

    __slots__ = ("_blind", "_framing", "_hide", "_inflate")

    def __init__(self, attempt: Attempt, framing: Framing, *, hide: bool, compressed: bool = False) -> None:
        super().__init__(attempt)
        attempt.begin_stream()
        self._hide = hide
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if compressed else None
        self._framing = framing
        self._blind = False

    def feed(self, raw: bytes) -> bytes:
        """Fold the pieces that are complete; one still incomplete is held back where pieces are taken out."""
        if self._blind:
            return raw
        payload = self._framing.whole(raw) if self._inflate is None else None
        if not payload:
            return self._feed(raw)
        try:
            extra = self._attempt.fold_event(payload)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            return self._go_blind(fault, raw)
        return b"" if extra and self._hide else raw

    def finish(self) -> bytes:
        """Fold what was left, end the span, and give what was held back."""
        rest = self._framing.rest if self._hide and not self._blind else b""
        self._end()
        return rest

    def _feed(self, raw: bytes) -> bytes:
        hide, data = self._hide, raw
        held = self._framing.rest if hide else b""
        visible: list[bytes] = []
        try:
            if self._inflate is not None:
                data = self._inflate.decompress(raw)
            for piece, payload in self._framing.split(data):
                extra = payload and self._attempt.fold_event(payload)
                if hide and not extra:
                    visible.append(piece)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            return self._go_blind(fault, held + data if hide else raw)
        return b"".join(visible) if hide else raw

    def _go_blind(self, fault: Exception, passed: bytes) -> bytes:
        self._blind = True
        guard.report(f"{__name__}.StreamWatch.feed", fault)
        return passed

    @guard.guarded
    def _end(self) -> None:
        if not self._blind and (payload := self._framing.last()):
            self._attempt.fold_event(payload)
        self._attempt.end_of_stream()


class LateWatch(_Ending):
    """Waits for the first bytes of what was asked for as a stream, and then knows whether it is one."""

    __slots__ = ("_decode", "_hide", "_start", "_watch")

    def __init__(self, attempt: Attempt, decode: Callable[[bytes], bytes], *, hide: bool) -> None:
        super().__init__(attempt)
        self._decode = decode
        self._hide = hide
        self._start = b""
        self._watch: Watch | None = None

    def feed(self, raw: bytes) -> bytes:
        """Choose by the first bytes that are not white space; they are held back only where pieces are taken out."""
        if self._watch is not None:
            return self._watch.feed(raw)
        self._start += raw
        if len(self._start.lstrip()) < registry.LONGEST_START:
            return b"" if self._hide else raw
        visible = self._choose().feed(self._start)
        return visible if self._hide else raw

    def finish(self) -> bytes:
        """End as the watch that was chosen does."""
        if self._watch is not None:
            return self._watch.finish()
        chosen = self._choose()
        visible = chosen.feed(self._start)
        return (visible if self._hide else b"") + chosen.finish()

    def _choose(self) -> Watch:
        framing = registry.by_start(self._start)
        if framing is None:
            self._watch = BodyWatch(self._attempt, self._decode)
        else:
            self._watch = StreamWatch(self._attempt, framing, hide=self._hide)
        return self._watch


def read(attempt: Attempt, body: bytes, framing: Framing | None, *, hide: bool = False) -> bytes:
    """Read a whole body; give what the caller shall get.

    Without a framing it is one answer, or what was asked for as a stream and looks like one.
    """
    if framing is None and attempt.streams:
        framing = registry.by_start(body)
    if framing is None:
        attempt.fold_body(body)
        return body
    attempt.begin_stream()
    visible: list[bytes] = []
    for piece, payload in framing.split(body):
        if not (payload and attempt.fold_event(payload, live=False) and hide):
            visible.append(piece)
    if payload := framing.last():
        attempt.fold_event(payload, live=False)
    attempt.end_of_stream()
    return b"".join([*visible, framing.rest])

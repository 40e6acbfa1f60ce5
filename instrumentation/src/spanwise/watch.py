"""Watches the bytes of a response go by: what the caller gets is what it would have got without us."""

import zlib
from collections.abc import Callable
from typing import Protocol

from spanwise import guard
from spanwise.attempt import Attempt
from spanwise.framings import registry
from spanwise.framings.framing import Framing, FramingError
from spanwise.strain import Strainer

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


def inflater() -> Callable[[bytes], bytes]:
    """Give what takes gzip or deflate away, read by read."""
    return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress


class _NotCompressedError(Exception):
    """The bytes are not compressed in the way that the provider says, and the caller expects them plain."""


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


class Blind(_Ending):
    """Passes on what cannot be read, ours the fault or the provider's, without the usage event that we asked for."""

    __slots__ = ("_inflate", "_strainer", "inflates")

    def __init__(self, attempt: Attempt, *, hide: bool, inflate: Callable[[bytes], bytes] | None = None) -> None:
        """Begin; `inflate` goes on taking the content encoding away, where the caller gets plain bytes."""
        super().__init__(attempt)
        self._strainer = Strainer() if hide else None
        self._inflate = inflate if hide else None
        self.inflates = self._inflate is not None
        """Whether the caller gets plain bytes of an answer that is compressed."""

    def feed(self, raw: bytes) -> bytes:
        """Pass the bytes on; bytes that cannot be inflated raise, as they would in the client."""
        return self.pass_on(raw if self._inflate is None else self._inflate(raw))

    def pass_on(self, data: bytes) -> bytes:
        """Pass on what is plain."""
        return data if self._strainer is None else self._strainer.feed(data)

    def finish(self) -> bytes:
        """End the span, of which no more is known, and give what was held back."""
        self.leave()
        return b"" if self._strainer is None else self._strainer.rest

    def whole(self, body: bytes) -> bytes:
        """Pass on a body that was read as a whole."""
        return self.feed(body) + self.finish()


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
        self._keep(raw)
        return raw

    @guard.guarded
    def _keep(self, raw: bytes) -> None:
        self._size += len(raw)
        if self._size <= MAX_BODY_BYTES:
            self._parts.append(raw)
        else:
            self._parts.clear()

    def finish(self) -> bytes:
        """Read the whole body."""
        self._read()
        return b""

    @guard.guarded
    def _read(self) -> None:
        try:
            if not self._attempt.ended and self._size <= MAX_BODY_BYTES:
                parts = self._parts
                raw = parts[0] if len(parts) == 1 else b"".join(parts)
                try:
                    body = self._decode(raw)
                except Exception:  # noqa: BLE001  each client has its own error for a coding that does not hold
                    self._attempt.end("invalid_response")
                    return
                read(self._attempt, body, self._framing)
        finally:
            self._attempt.end()  # with what is known, where it has not ended


class StreamWatch(_Ending):
    """Reads a stream as it goes by, and takes out the usage event where we asked for it ourselves.

    Where nothing is taken out (`hide` is false) the caller gets every read as it came.
    """

    __slots__ = ("_blind", "_decode", "_framing", "_hide", "_inflate")

    def __init__(
        self, attempt: Attempt, framing: Framing, *, hide: bool, decode: Callable[[bytes], bytes] | None = None
    ) -> None:
        """Begin; `decode` is the client's own way to undo gzip or deflate, where the stream is compressed."""
        super().__init__(attempt)
        attempt.begin_stream()
        self._hide = hide
        self._inflate = inflater() if decode is not None else None
        self._decode = decode
        self._framing = framing
        self._blind: Blind | None = None

    def feed(self, raw: bytes) -> bytes:
        """Fold the pieces that are complete; one still incomplete is held back where pieces are taken out."""
        if self._blind is not None:
            return self._blind.feed(raw)
        hide, held, plain = self._hide, b"", None
        try:
            if self._inflate is None and (payload := self._framing.whole(raw)):
                return b"" if self._attempt.fold_event(payload) is True and hide else raw
            if hide:
                held = self._framing.rest
                plain = self._inflated(raw)
                return self._visible(plain)
            self._fold(raw if self._inflate is None else self._inflate(raw))
        except _NotCompressedError:
            self._attempt.end("invalid_response")
            if self._decode is not None:
                self._decode(raw)  # which raises as it would have in the client
            return raw
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            return self._go_blind(fault, held, raw, plain)
        return raw

    def finish(self) -> bytes:
        """Fold what was left, end the span, and give what was held back."""
        if self._blind is not None:
            return self._blind.finish()
        rest = self._framing.rest if self._hide else b""
        self._end()
        return rest

    def _inflated(self, raw: bytes) -> bytes:
        try:
            return raw if self._inflate is None else self._inflate(raw)
        except zlib.error as fault:
            raise _NotCompressedError from fault

    def _fold(self, data: bytes) -> None:
        for _, payload in self._framing.split(data):
            if payload:
                self._attempt.fold_event(payload)

    def _visible(self, data: bytes) -> bytes:
        pieces = self._framing.split(data)
        return b"".join(
            [piece for piece, payload in pieces if not (payload and self._attempt.fold_event(payload) is True)]
        )

    def _go_blind(self, fault: Exception, held: bytes, raw: bytes, plain: bytes | None) -> bytes:
        if isinstance(fault, FramingError | zlib.error):
            self._attempt.answer.error_type = "invalid_response"
        else:
            guard.report(f"{__name__}.StreamWatch.feed", fault)
        self._blind = blind = Blind(self._attempt, hide=self._hide, inflate=self._inflate)
        return blind.pass_on(held) + blind.feed(raw) if plain is None else blind.pass_on(held + plain)

    @guard.guarded
    def _end(self) -> None:
        try:
            if payload := self._framing.last():
                self._attempt.fold_event(payload)
            self._attempt.end_of_stream()
        finally:
            self._attempt.end()  # with what is known, where it has not ended


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
        chosen = self._chosen(ended=False)
        visible = b"" if chosen is None else chosen.feed(self._start)
        return visible if self._hide else raw

    def finish(self) -> bytes:
        """End as the watch that was chosen does."""
        if self._watch is not None:
            return self._watch.finish()
        chosen = self._chosen(ended=True)
        visible = b"" if chosen is None else chosen.feed(self._start)
        return (visible if self._hide else b"") + (b"" if chosen is None else chosen.finish())

    def _chosen(self, *, ended: bool) -> Watch | None:
        """Give the watch for what has begun like this; None while that says too little."""
        try:
            if not ended and len(self._start.lstrip()) < registry.LONGEST_START:
                return None
            framing = registry.by_start(self._start)
            if framing is None:
                self._watch = BodyWatch(self._attempt, self._decode)
            else:
                self._watch = StreamWatch(self._attempt, framing, hide=self._hide)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            guard.report(f"{__name__}.LateWatch.feed", fault)
            self._watch = Blind(self._attempt, hide=self._hide)
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
    try:
        pieces = framing.split(body)
    except FramingError:
        attempt.end("invalid_response")
        return body
    for piece, payload in pieces:
        if not (payload and attempt.fold_event(payload, live=False) is True and hide):
            visible.append(piece)
    if payload := framing.last():
        attempt.fold_event(payload, live=False)
    attempt.end_of_stream()
    return b"".join([*visible, framing.rest])

"""The content of an aiohttp response with a watch on it."""

# ruff: noqa: ANN401  aiohttp is no dependency
#
# aiohttp's own reader stays in place and receives; ours has the same class, with a buffer of its own, and is filled
# from it only when the caller reads. So each of the many ways to read works as before, and as late as before.

import asyncio
from collections.abc import Callable
from typing import Any

from spanwise.watch import Watch


class _NoFlow:
    """The protocol as our reader sees it: holding back and resuming is left to aiohttp's own reader."""

    connected = True
    _reading_paused = False

    def pause_reading(self, *_args: Any, **_kwargs: Any) -> None: ...

    def resume_reading(self, *_args: Any, **_kwargs: Any) -> None: ...


class WatchedReader:
    """A reader filled from another one; mixed into aiohttp's own class."""

    def __init__(self, inner: Any, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch
        self._interrupted: BaseException | None = None
        own: Any = super()
        own.__init__(_NoFlow(), inner.get_read_buffer_limits()[0], timer=inner._timer, loop=inner._loop)  # noqa: SLF001

    @property
    def _exception(self) -> BaseException | None:
        """The fault of the connection, which every way to read looks at first."""
        error = self._inner.exception()
        if error is not None:
            self._watch.fail(error)
        return error

    @_exception.setter
    def _exception(self, value: BaseException | None) -> None:
        """Take nothing: faults come from aiohttp's own reader."""

    async def _wait(self, _name: str) -> None:
        """Fetch what has come, or wait for more; a wait that was cancelled may be taken up again."""
        try:
            await self._fetch()
        except (asyncio.CancelledError, GeneratorExit) as error:
            self._interrupted = error
            raise
        except BaseException as error:
            self._watch.fail(error)
            raise
        self._interrupted = None

    async def _fetch(self) -> None:
        inner, watch = self._inner, self._watch
        own: Any = super()
        me: Any = self  # in older versions the class itself does not know the attribute
        data, ends_chunk = await inner.readchunk()
        if inner._http_chunk_splits is not None and me._http_chunk_splits is None:  # noqa: SLF001
            own.begin_http_chunk_receiving()
        while True:
            if data:
                own.feed_data(watch.feed(data))
            if ends_chunk:
                own.end_http_chunk_receiving()
            if not inner._buffer:  # noqa: SLF001
                break
            data, ends_chunk = await inner.readchunk()
        self._settle()

    def _settle(self) -> None:
        """Come to the end as soon as aiohttp's own reader has."""
        own: Any = super()
        if self._inner.at_eof() and not own.is_eof() and self._inner.exception() is None:
            own.feed_data(self._watch.finish())
            own.feed_eof()

    def exception(self) -> BaseException | None:
        """Tell the fault of the connection."""
        return self._exception

    def set_exception(self, exc: BaseException, *cause: Any) -> None:
        """Take note that the caller has closed or released the response."""
        if self._interrupted is not None:
            self._watch.fail(self._interrupted)
        self._watch.leave()
        self._inner.set_exception(exc, *cause)

    def on_eof(self, callback: Callable[[], None]) -> None:
        """Call when the last byte has come."""
        self._inner.on_eof(callback)

    def is_eof(self) -> bool:
        """Tell whether the last byte has come."""
        return self._inner.is_eof()

    def at_eof(self) -> bool:
        """Tell whether the last byte has been read."""
        self._settle()
        own: Any = super()
        return own.at_eof()

    async def wait_eof(self) -> None:
        """Wait until the last byte has come."""
        await self._inner.wait_eof()

    def read_nowait(self, n: int = -1) -> bytes:
        """Read what has come."""
        own: Any = super()
        if self._exception is None and self._inner._buffer:  # noqa: SLF001
            own.feed_data(self._watch.feed(self._inner.read_nowait()))
            self._settle()
        return own.read_nowait(n)

    def set_read_chunk_size(self, n: int) -> None:
        """Let larger pieces come."""
        own: Any = super()
        own.set_read_chunk_size(n)
        self._inner.set_read_chunk_size(n)

    def __del__(self) -> None:
        if self._interrupted is not None:
            self._watch.fail(self._interrupted)
        self._watch.leave()

"""Response streams of httpx and httpx2 with a watch on them."""

# ruff: noqa: ANN401  two libraries with equal, unrelated classes; neither is a dependency

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, Protocol

from spanwise.watch import Watch


class _SyncStream(Iterable[bytes], Protocol):
    def close(self) -> None: ...


class _AsyncStream(AsyncIterable[bytes], Protocol):
    async def aclose(self) -> None: ...


class _Watched:
    """What both kinds share; a stream dropped unread ends its span when it is collected."""

    def __init__(self, inner: Any, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch

    @property
    def elapsed(self) -> Any:
        """The time from request to close, which httpx2 looks for on the stream."""
        return getattr(self._inner, "elapsed", None)

    def __del__(self) -> None:
        self._watch.leave()


class WatchedSync(_Watched):
    """A stream read by a sync client; mixed into the client's own stream class."""

    _inner: _SyncStream

    def __iter__(self) -> Iterator[bytes]:
        watch = self._watch
        try:
            for raw in self._inner:
                if seen := watch.feed(raw):
                    yield seen
        except GeneratorExit:
            watch.leave()
            raise
        except BaseException as error:
            watch.fail(error)
            raise
        if rest := watch.finish():
            yield rest

    def close(self) -> None:
        """Close the connection; an answer not read to its end is left at what was seen."""
        try:
            self._inner.close()
        finally:
            self._watch.leave()


class WatchedAsync(_Watched):
    """A stream read by an async client; mixed into the client's own stream class."""

    _inner: _AsyncStream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        watch = self._watch
        reads = aiter(self._inner)
        try:
            async for raw in reads:
                if seen := watch.feed(raw):
                    yield seen
        except GeneratorExit:
            watch.leave()
            raise
        except BaseException as error:
            watch.fail(error)
            raise
        finally:
            if aclose := getattr(reads, "aclose", None):
                await aclose()
        if rest := watch.finish():
            yield rest

    async def aclose(self) -> None:
        """Close the connection; an answer not read to its end is left at what was seen."""
        try:
            await self._inner.aclose()
        finally:
            self._watch.leave()

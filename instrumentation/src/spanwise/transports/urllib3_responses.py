"""Responses of urllib3 with a watch on them."""

# ruff: noqa: ANN401, SLF001  urllib3 is no dependency; the class is mixed into its own
#
# A response changes its class rather than being wrapped: callers test its type, reach into it, and drop it to give its
# connection back. All ways to read it come down to `_raw_read`; urllib3 itself reads chunks by `_handle_chunk`.

from collections.abc import Generator, Iterator
from functools import lru_cache
from typing import Any, cast

from spanwise.watch import Watch


class _Watched:
    """What both kinds share; a response dropped unread ends its span when urllib3 closes it."""

    _spanwise_watch: Watch
    _spanwise_read = False
    _spanwise_reading = False

    def _spanwise_finish(self) -> bytes:
        """Give what was held back, once."""
        if self._spanwise_read:
            return b""
        self._spanwise_read = True
        return self._spanwise_watch.finish()

    def _spanwise_raw_read(self, amt: int | None, more: dict[str, Any]) -> tuple[bytes | None, bool]:
        """Read as urllib3 does; also say whether that was the end."""
        own: Any = super()
        try:
            raw = own._raw_read(amt, **more)
        except BaseException as error:
            self._spanwise_watch.fail(error)
            raise
        return raw, amt != 0 and (amt is None or not raw or cast("Any", self).isclosed())

    def _spanwise_chunks(self, amt: int | None, decode_content: bool | None) -> Iterator[bytes]:  # noqa: FBT001
        """Read chunks as urllib3 does, which closes the connection where the caller stops before the last."""
        own: Any = super()
        chunks: Generator[bytes, None, None] = own.read_chunked(amt, decode_content=decode_content)
        while True:
            self._spanwise_reading = True
            try:
                piece = next(chunks, None)
            except BaseException as error:
                self._spanwise_watch.fail(error)
                raise
            finally:
                self._spanwise_reading = False
            if piece is None:
                return
            try:
                yield piece
            except GeneratorExit:
                chunks.close()
                self._spanwise_watch.leave()
                raise

    def close(self) -> None:
        """Close the connection; an answer not read to its end is left at what was seen."""
        own: Any = super()
        try:
            own.close()
        finally:
            if not self._spanwise_reading:  # else urllib3 closes because of a fault that it is about to raise
                self._spanwise_watch.leave()

    def __del__(self) -> None:
        own: Any = super()
        try:
            own.__del__()
        finally:
            self._spanwise_watch.leave()


class _Plain(_Watched):
    """A response whose bytes all go to the caller, and all by `_raw_read`."""

    def _raw_read(self, amt: int | None = None, **more: Any) -> bytes | None:
        raw, ended = self._spanwise_raw_read(amt, more)
        if raw:
            self._spanwise_watch.feed(raw)
        if ended:
            self._spanwise_finish()
        return raw


class _Chunked(_Plain):
    """A response whose bytes all go to the caller, those of a chunked body past `_raw_read`."""

    def _handle_chunk(self, amt: int | None) -> bytes:
        own: Any = super()
        raw = own._handle_chunk(amt)
        if raw:
            self._spanwise_watch.feed(raw)
        return raw

    def read_chunked(self, amt: int | None = None, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: FBT001
        """Read a chunked body as it comes."""
        yield from self._spanwise_chunks(amt, decode_content)
        self._spanwise_finish()


class _First(_Chunked):
    """The same for urllib3 1."""

    def _fp_read(self, amt: int | None) -> bytes:
        own: Any = super()
        raw = own._fp_read(amt)
        if raw:
            self._spanwise_watch.feed(raw)
        if amt != 0 and (amt is None or not raw or cast("Any", self).isclosed()):
            self._spanwise_finish()
        return raw

    def read(self, *args: Any, **kwargs: Any) -> bytes:
        """Read as urllib3 does, whose own faults are told."""
        own: Any = super()
        try:
            return own.read(*args, **kwargs)
        except BaseException as error:
            self._spanwise_watch.fail(error)
            raise


class _Hiding(_Watched):
    """A response some of whose bytes the caller does not get; it has no content encoding."""

    def _raw_read(self, amt: int | None = None, **more: Any) -> bytes | None:
        visible, ended = b"", False
        while not (visible or ended):  # nothing visible yet is not the end, which no bytes would mean
            raw, ended = self._spanwise_raw_read(amt, more)
            if raw:
                visible = self._spanwise_watch.feed(raw)
            if amt == 0:
                break
        return visible + self._spanwise_finish() if ended else visible

    def read(self, amt: int | None = None, decode_content: bool | None = None, cache_content: bool = False) -> bytes:  # noqa: FBT001, FBT002
        """Read through urllib3's buffer, as what was held back may come in larger pieces than were asked for."""
        del decode_content  # there is nothing to decode
        own: Any = super()
        return own.read(amt, decode_content=True, cache_content=cache_content)

    def read_chunked(self, amt: int | None = None, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: FBT001
        """Read a chunked body as it comes, in pieces of at most `amt` bytes."""
        for raw in self._spanwise_chunks(amt, decode_content):
            yield from _pieces(self._spanwise_watch.feed(raw), amt)
        yield from _pieces(self._spanwise_finish(), amt)


class _HidingOnce(_Hiding):
    """The same for a urllib3 that has `read1`."""

    def read1(self, amt: int | None = None, decode_content: bool | None = None) -> bytes:  # noqa: FBT001
        """Read what there is, through urllib3's buffer."""
        del decode_content
        own: Any = super()
        return own.read1(amt, decode_content=True)


def _pieces(data: bytes, size: int | None) -> Iterator[bytes]:
    if size is None or size < 0 or len(data) <= size:
        if data:
            yield data
        return
    for at in range(0, len(data), size):
        yield data[at : at + size]


@lru_cache(maxsize=32)
def watched_class(plain: type, *, hides: bool) -> type:
    """Give the class of a response with a watch on it; it goes by the name of the plain one."""
    kind: type[_Watched]
    if hides:
        kind = _HidingOnce if hasattr(plain, "read1") else _Hiding
    elif not hasattr(plain, "_raw_read"):
        kind = _First
    else:  # urllib3-future has no such base
        kind = _Chunked if "BaseHTTPResponse" in {base.__name__ for base in plain.__mro__} else _Plain
    told = {"__module__": plain.__module__, "__qualname__": plain.__qualname__, "__doc__": plain.__doc__}
    return type(plain.__name__, (kind, plain), told)

import asyncio

import aiohttp
import pytest

from spanwise.transports.aiohttp_reader import WatchedReader

LIMIT = 2**16


class Protocol:
    connected = True
    _reading_paused = False

    def __init__(self) -> None:
        self.pauses = 0

    def pause_reading(self):
        self.pauses += 1

    def resume_reading(self, **_):
        pass


class Upper:
    """A watch that shows what it changes, and holds the last word back."""

    def __init__(self) -> None:
        self.told = []

    def feed(self, raw):
        return raw.upper()

    def finish(self):
        self.told.append("finish")
        return b"!"

    def leave(self):
        self.told.append("leave")

    def fail(self, error):
        self.told.append(type(error).__name__)


@pytest.fixture
def watch():
    return Upper()


@pytest.fixture
async def inner():
    return aiohttp.StreamReader(Protocol(), LIMIT, loop=asyncio.get_running_loop())


@pytest.fixture
async def reader(inner, watch):
    return type("StreamReader", (WatchedReader, aiohttp.StreamReader), {})(inner, watch)


async def test_bytes_pass_the_watch_and_what_it_held_back_comes_last(reader, inner, watch):
    inner.feed_data(b"one\ntwo")
    inner.feed_eof()
    assert [await reader.readline(), await reader.readline(), await reader.readline()] == [b"ONE\n", b"TWO!", b""]
    assert watch.told == ["finish"]
    assert reader.at_eof()


async def test_nothing_is_taken_before_the_caller_reads(reader, inner):
    inner.feed_data(b"one")
    assert len(inner._buffer) == 1
    assert await reader.readany() == b"ONE"
    assert len(inner._buffer) == 0


async def test_read_nowait_gives_what_has_come(reader, inner):
    assert reader.read_nowait() == b""
    inner.feed_data(b"one")
    assert reader.read_nowait(2) == b"ON"
    assert reader.read_nowait() == b"E"


async def test_end_is_known_as_soon_as_it_is_to_aiohttp(reader, inner):
    ended = []
    reader.on_eof(lambda: ended.append(1))
    inner.feed_data(b"one")
    await reader.readany()
    assert not reader.at_eof()
    assert not reader.is_eof()
    inner.feed_eof()
    await reader.wait_eof()
    assert ended == [1]
    assert reader.is_eof()
    assert not reader.at_eof()  # the watch held something back
    assert await reader.read() == b"!"
    assert reader.at_eof()


async def test_chunk_ends_are_kept(reader, inner):
    inner.begin_http_chunk_receiving()
    inner.feed_data(b"one")
    inner.end_http_chunk_receiving()
    inner.begin_http_chunk_receiving()
    inner.feed_data(b"two")
    inner.end_http_chunk_receiving()
    inner.feed_eof()
    assert [piece async for piece in reader.iter_chunks()] == [(b"ONE", True), (b"TWO", True), (b"!", False)]


async def test_fault_of_the_connection_is_raised_at_once_and_told_to_the_watch(reader, inner, watch):
    inner.feed_data(b"one two")
    assert await reader.read(3) == b"ONE"
    inner.set_exception(ConnectionResetError())
    with pytest.raises(ConnectionResetError):
        await reader.read(4)
    assert set(watch.told) == {"ConnectionResetError"}
    assert isinstance(reader.exception(), ConnectionResetError)


async def test_interrupted_read_is_told_only_when_the_caller_leaves(reader, inner, watch):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readany(), 0)
    waiting = asyncio.create_task(reader.readany())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert watch.told == []
    reader.set_exception(aiohttp.ClientConnectionError("Connection closed"))
    assert watch.told == ["CancelledError", "leave"]
    assert isinstance(inner.exception(), aiohttp.ClientConnectionError)


async def test_reading_on_after_an_interruption_forgets_it(reader, inner, watch):
    waiting = asyncio.create_task(reader.readany())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    inner.feed_data(b"one")
    assert await reader.readany() == b"ONE"
    reader.set_exception(aiohttp.ClientConnectionError("Connection closed"))
    assert watch.told == ["leave"]


async def test_holding_back_is_left_to_the_reader_that_receives(reader, inner):
    for _ in range(3):
        inner.feed_data(b"x" * LIMIT)
    assert inner._protocol.pauses
    before = inner._protocol.pauses
    assert len(await reader.readany()) == 3 * LIMIT
    assert inner._protocol.pauses == before


async def test_line_too_long_is_refused_as_before(reader, inner):
    inner.feed_data(b"x" * (2 * LIMIT + 1))
    with pytest.raises((aiohttp.http_exceptions.LineTooLong, ValueError)):
        await reader.readline()


async def test_larger_pieces_are_let_through_to_both(reader, inner):
    if not hasattr(inner, "set_read_chunk_size"):
        pytest.skip("this aiohttp has no such method")
    reader.set_read_chunk_size(8 * LIMIT)
    assert inner.get_read_buffer_limits() == reader.get_read_buffer_limits() == (8 * LIMIT, 16 * LIMIT)


async def test_reader_dropped_tells_its_watch(inner, watch):
    made = type("StreamReader", (WatchedReader, aiohttp.StreamReader), {})(inner, watch)
    del made
    assert watch.told == ["leave"]

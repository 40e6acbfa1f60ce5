import pytest

from spanwise.transports.httpx_streams import WatchedAsync, WatchedSync


class Recorder:
    """A watch that writes down what it is told."""

    def __init__(self):
        self.told = []

    def feed(self, raw):
        self.told.append(raw)
        return raw.upper()

    def finish(self):
        self.told.append("finish")
        return b"rest"

    def leave(self):
        self.told.append("leave")

    def fail(self, error):
        self.told.append(type(error).__name__)


class Source:
    elapsed = 5

    def __init__(self, *parts):
        self.parts = parts
        self.closed = 0

    def __iter__(self):
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            yield part

    async def __aiter__(self):
        for part in self:
            yield part

    def close(self):
        self.closed += 1

    async def aclose(self):
        self.closed += 1


def test_reads_pass_the_watch_and_what_was_held_back_comes_last():
    recorder, source = Recorder(), Source(b"a", b"", b"b")
    stream = WatchedSync(source, recorder)
    assert list(stream) == [b"A", b"B", b"rest"]
    stream.close()
    assert recorder.told == [b"a", b"", b"b", "finish", "leave"]
    assert (source.closed, stream.elapsed) == (1, 5)


def test_error_of_the_connection_is_told_and_raised():
    recorder = Recorder()
    with pytest.raises(ConnectionResetError):
        list(WatchedSync(Source(b"a", ConnectionResetError()), recorder))
    assert recorder.told[:2] == [b"a", "ConnectionResetError"]


def test_reader_that_goes_away_is_told():
    recorder = Recorder()
    steps = iter(WatchedSync(Source(b"a", b"b"), recorder))
    next(steps)
    steps.close()
    assert "finish" not in recorder.told
    assert recorder.told[:2] == [b"a", "leave"]


async def test_async_reads_pass_the_watch():
    recorder, source = Recorder(), Source(b"a")
    stream = WatchedAsync(source, recorder)
    assert [part async for part in stream] == [b"A", b"rest"]
    await stream.aclose()
    assert recorder.told == [b"a", "finish", "leave"]
    assert source.closed == 1


async def test_async_error_of_the_connection_is_told_and_raised():
    recorder = Recorder()
    with pytest.raises(ConnectionResetError):
        _ = [part async for part in WatchedAsync(Source(ConnectionResetError()), recorder)]
    assert recorder.told[0] == "ConnectionResetError"


async def test_async_reader_that_goes_away_is_told():
    recorder = Recorder()
    steps = aiter(WatchedAsync(Source(b"a", b"b"), recorder))
    await anext(steps)
    await steps.aclose()
    assert recorder.told[:2] == [b"a", "leave"]

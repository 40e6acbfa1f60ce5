import http.client
import io

import pytest
import urllib3

from spanwise.transports.urllib3_responses import watched_class


class Upper:
    """A watch that shows what it changes, and holds the last word back."""

    def __init__(self) -> None:
        self.told = []
        self.fed = []

    def feed(self, raw):
        self.fed.append(raw)
        return raw.upper()

    def finish(self):
        self.told.append("finish")
        return b"!"

    def leave(self):
        self.told.append("leave")

    def fail(self, error):
        self.told.append(type(error).__name__)


class Silent(Upper):
    """A watch that lets nothing be seen before the end."""

    def feed(self, raw):
        del raw
        return b""


class Socket:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_):
        return io.BytesIO(self._data)


def response(data: bytes, watch, *, hides: bool, length: int | None = None):
    """Make a response of urllib3 as it comes from the wire: chunked, or of known length."""
    head = b"Transfer-Encoding: chunked" if length is None else b"Content-Length: %d" % length
    wire = http.client.HTTPResponse(Socket(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + data), method="POST")
    wire.begin()
    headers = dict(wire.getheaders())
    made = urllib3.HTTPResponse(wire, headers, 200, preload_content=False, original_response=wire)
    made._spanwise_watch = watch
    made.__class__ = watched_class(urllib3.HTTPResponse, hides=hides)
    return made


CHUNKS = b"4\r\none \r\n5\r\ntwo 3\r\n0\r\n\r\n"
HIDES = pytest.mark.parametrize(("hides", "seen"), [(False, b"one two 3"), (True, b"ONE TWO 3!")])


def test_class_goes_by_the_name_of_urllib3s_own_and_is_made_once():
    made = watched_class(urllib3.HTTPResponse, hides=True)
    assert issubclass(made, urllib3.HTTPResponse)
    assert (made.__name__, made.__module__) == ("HTTPResponse", urllib3.HTTPResponse.__module__)
    assert made is watched_class(urllib3.HTTPResponse, hides=True)
    assert made is not watched_class(urllib3.HTTPResponse, hides=False)


@HIDES
def test_chunks_pass_the_watch_one_by_one(hides, seen):
    watch = Upper()
    assert b"".join(response(CHUNKS, watch, hides=hides).stream()) == seen
    assert watch.fed == [b"one ", b"two 3"]
    assert watch.told[0] == "finish"


@HIDES
@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize("decode", [None, True, False])
def test_no_piece_is_larger_than_was_asked_for(hides, seen, size, decode):
    made = response(b"one two 3", Upper(), hides=hides, length=9)
    pieces = list(iter(lambda: made.read(size, decode_content=decode), b""))
    assert b"".join(pieces) == seen
    assert max(len(piece) for piece in pieces) <= size


@pytest.mark.parametrize("amount", [1, 4, None])
def test_nothing_visible_yet_is_not_taken_for_the_end(amount):
    made = response(b"one two 3", Silent(), hides=True, length=9)
    assert made.read(amount) == b"!"
    assert made.read(amount) in {b"", None}


def test_end_is_told_once_however_often_it_is_read():
    watch = Upper()
    made = response(b"one", watch, hides=True, length=3)
    assert made.read() == b"ONE!"
    assert not made.read()
    assert not made.read(5)
    made.close()
    assert watch.told.count("finish") == 1


def test_reading_no_byte_is_not_the_end():
    watch = Upper()
    made = response(b"one", watch, hides=True, length=3)
    assert made.read(0) == b""
    assert watch.told == []
    made.close()


@pytest.mark.parametrize("hides", [False, True])
@pytest.mark.parametrize("data", [b"4\r\none \r\n", b"4\r\non", b"x\r\n"])
def test_fault_is_told_as_such_though_urllib3_closes_first(hides, data):
    watch = Upper()
    made = response(data, watch, hides=hides)
    with pytest.raises(urllib3.exceptions.ProtocolError) as fault:
        list(made.stream())
    assert watch.told[0] == type(fault.value).__name__


@pytest.mark.parametrize("hides", [False, True])
def test_short_body_is_a_fault(hides):
    watch = Upper()
    made = response(b"one", watch, hides=hides, length=9)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        made.read()
    assert watch.told[0] in {"ProtocolError", "IncompleteRead"}


@pytest.mark.parametrize("hides", [False, True])
def test_caller_that_stops_between_chunks_has_left(hides):
    watch = Upper()
    made = response(CHUNKS, watch, hides=hides)
    chunks = made.stream()
    assert next(chunks).lower() == b"one "
    assert watch.told == []
    chunks.close()
    assert watch.told == ["leave"]
    assert made.closed


def test_response_closed_or_dropped_tells_its_watch():
    closed, dropped = Upper(), Upper()
    response(CHUNKS, closed, hides=False).close()
    made = response(CHUNKS, dropped, hides=True)
    del made
    assert closed.told[0] == dropped.told[0] == "leave"

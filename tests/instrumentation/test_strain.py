import pytest

from spanwise.strain import MOST_HELD, Strainer
from tests.support.provider import events

STREAM = b"".join(events(usage=True))
HIDDEN = b"".join(event for event in events(usage=True) if b'"choices": []' not in event)


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r"])
def test_usage_event_is_taken_out_however_the_bytes_are_cut(size, end):
    stream, hidden = STREAM.replace(b"\n\n", end), HIDDEN.replace(b"\n\n", end)
    strainer = Strainer()
    parts = [strainer.feed(stream[at : at + size]) for at in range(0, len(stream), size)]
    assert (b"".join(parts) + strainer.rest).split() == hidden.split()  # a CRLF that is cut may leave its line feed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"choices":[],"usage":{}}',
        b'data: {"choices":[]}\n\n',
        b'data: {"choices":[],"usage":null}\n\n',
        b'data: {"choices":[{}],"usage":{}}\n\n',
        b"data: [DONE]",
        b"\xff\x00\n\n",
    ],
)
def test_what_is_no_usage_event_passes(body):
    strainer = Strainer()
    assert strainer.feed(body) + strainer.rest == body


def test_event_is_given_as_soon_as_it_is_complete():
    strainer = Strainer()
    assert strainer.feed(b"data: a\n\ndata") == b"data: a\n\n"
    assert strainer.feed(b": b\n\n") == b"data: b\n\n"


def test_piece_without_an_end_is_not_held_for_ever():
    assert Strainer().feed(b"x" * (MOST_HELD + 1)) == b"x" * (MOST_HELD + 1)

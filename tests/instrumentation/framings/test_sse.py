import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise.framings import framing
from spanwise.framings.framing import FramingError
from spanwise.framings.sse import Events, data_of


@given(
    st.lists(st.sampled_from([b"data: a", b": ping", b"event: x\ndata: b", b"data: c\r\ndata: d"])),
    st.sampled_from([b"\n\n", b"\r\n\r\n", b"\r\r"]),
    st.lists(st.integers(1, 9), min_size=1),
)
def test_no_byte_is_lost_and_no_data_changed_however_the_stream_is_cut(events, end, sizes):
    stream = b"".join(event + end for event in events)
    cutter, cut, at, turn = Events(), [], 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        cut += cutter.split(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert b"".join(piece for piece, _ in cut) + cutter.rest == stream
    data = [payload for _, payload in cut] + [cutter.last()]
    assert [found for found in data if found] == [data_of(event) for event in events if data_of(event)]


@pytest.mark.parametrize(
    ("raw", "data"),
    [
        (b"data: x\n\n", b"x"),
        (b"data: x\n\ndata: y\n\n", None),
        (b"data: x\ndata: y\n\n", None),
        (b"data: x\r\n\r\n", None),
        (b"data: x\n", None),
        (b"data:x\n\n", None),
        (b"", None),
    ],
)
def test_short_cut_takes_only_one_whole_event_of_one_line(raw, data):
    assert Events().whole(raw) == data


def test_event_that_another_read_began_is_not_taken_for_a_whole_one():
    cutter = Events()
    assert cutter.split(b"event: x\n") == []
    assert cutter.whole(b"data: a\n\n") is None
    assert cutter.split(b"data: a\n\n") == [(b"event: x\ndata: a\n\n", b"a")]


def test_data_lines_are_joined_and_comments_left_out():
    assert data_of(b": hi\nevent: e\ndata: a\ndata:b\n\n") == b"a\nb"


def test_event_without_an_end_is_refused(monkeypatch):
    monkeypatch.setattr(framing, "MAX_PIECE_BYTES", 10)
    with pytest.raises(FramingError, match="11 bytes"):
        Events().split(b"x" * 11)

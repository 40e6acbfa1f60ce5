import gzip
import zlib

import pytest

from spanwise_collector.accept.inflate import PIECE_BYTES, Inflater
from spanwise_collector.errors import Malformed, UnsupportedMedia

TEXT = bytes(range(256)) * 10


def inflate(encoding, wire, step):
    inflater = Inflater(encoding)
    pieces = [piece for at in range(0, len(wire), step) for piece in inflater.feed(wire[at : at + step])]
    inflater.finish()
    return b"".join(pieces)


@pytest.mark.parametrize("step", [1, 7, 10_000])
@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT, wbits=-15)),
    ],
)
def test_a_body_is_the_same_however_it_is_cut(encoding, wire, step):
    assert inflate(encoding, wire, step) == TEXT


@pytest.mark.parametrize("length", [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_what_zlib_holds_back_is_not_lost(length):
    assert inflate("gzip", gzip.compress(bytes(length)), 1 << 20) == bytes(length)


def test_a_bomb_comes_in_pieces_so_that_it_can_be_stopped():
    pieces = Inflater("gzip").feed(gzip.compress(bytes(64 << 20), 1))
    assert len(next(pieces)) == PIECE_BYTES


def test_an_empty_body_is_empty_in_any_encoding():
    assert [inflate(encoding, b"", 1) for encoding in ("gzip", "deflate", "")] == [b"", b"", b""]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_other_bytes_are_malformed(encoding):
    with pytest.raises(Malformed, match=encoding):
        inflate(encoding, b"\xff" * 100, 100)


@pytest.mark.parametrize(("encoding", "squeeze"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_body_that_ends_too_early_is_malformed(encoding, squeeze):
    with pytest.raises(Malformed, match="ends too early"):
        inflate(encoding, squeeze(TEXT)[:-5], 100)


def test_an_unknown_encoding_names_those_that_are_read():
    with pytest.raises(UnsupportedMedia, match="gzip, deflate or identity, got 'br'"):
        Inflater("br")

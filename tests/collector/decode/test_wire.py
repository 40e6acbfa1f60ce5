import numpy as np
import pytest
from google.protobuf.internal.encoder import _VarintBytes as varint

from spanwise_collector.decode.wire import Unusual, Wire, as_texts, lengths


def places(*at):
    return np.array(at, dtype=np.int64)


def test_words_begin_at_every_byte_up_to_the_end():
    wire = Wire([b"abcdefgh", b"ij"])
    assert (wire.starts.tolist(), wire.ends.tolist()) == ([0, 8], [8, 10])
    assert [int(word).to_bytes(8, "little") for word in wire.words(places(0, 1, 10))] == [
        b"abcdefgh", b"bcdefghi", bytes(8),
    ]  # fmt: skip


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, (1 << 28) - 1])
def test_a_length_is_read_as_protobuf_writes_it(value):
    written = varint(value)
    found, size = lengths(Wire([written + b"\xff", b"\x05" + written]).words(places(0, len(written) + 1)))
    assert (found.tolist(), size.tolist()) == ([value, 5], [len(written), 1])


def test_a_length_of_more_than_four_bytes_is_unusual():
    with pytest.raises(Unusual):
        lengths(Wire([varint(1 << 28)]).words(places(0)))


@pytest.mark.parametrize("value", [0, 1, 127, 128, 140_245_001_332_416, (1 << 56) - 1])
def test_a_number_is_read_as_protobuf_writes_it(value):
    written = varint(value)
    found, fits = Wire([written]).numbers(places(0), places(len(written)))
    assert (found.tolist(), fits.tolist()) == ([value], [True])


@pytest.mark.parametrize(("written", "size"), [(b"\x05", 2), (b"\x80\x01", 1), (b"", 0), (varint(1 << 56), 9)])
def test_a_number_of_another_size_does_not_fit(written, size):
    assert not Wire([written]).numbers(places(0), places(size))[1].any()


def test_texts_are_cut_out_whole_and_only_as_utf8():
    wire = Wire(["κόσμε".encode(), b"\xff"])
    assert as_texts(wire.slices(places(0, 2), places(10, 2))).to_list() == ["κόσμε", ""]
    with pytest.raises(Unusual):
        as_texts(wire.slices(places(10), places(11)))

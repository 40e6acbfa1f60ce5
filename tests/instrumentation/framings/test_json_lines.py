import pytest

from spanwise.framings.json_lines import Lines

STREAM = b'{"a":1}\n\n{"b":"\xc3\xa9"}\r\n{"done":true}'


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_every_cut_gives_the_same_lines_and_loses_no_byte(size):
    cutter = Lines()
    cut = [found for at in range(0, len(STREAM), size) for found in cutter.split(STREAM[at : at + size])]
    assert b"".join(piece for piece, _ in cut) + cutter.rest == STREAM
    assert [payload for _, payload in cut] == [b'{"a":1}', b"", b'{"b":"\xc3\xa9"}']
    assert cutter.last() == b'{"done":true}'

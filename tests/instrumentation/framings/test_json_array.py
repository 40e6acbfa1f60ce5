import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise.framings.json_array import Elements

TEXT = st.text(st.sampled_from('ab"\\{}[],:\n'), max_size=6)
VALUES = st.recursive(
    TEXT | st.integers(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)


@given(st.lists(st.dictionaries(TEXT, VALUES, max_size=3)), st.lists(st.integers(1, 7), min_size=1))
def test_every_cut_gives_the_same_elements_and_loses_no_byte(elements, sizes):
    stream = json.dumps(elements, indent=1).encode()
    cutter, cut, at, turn = Elements(), [], 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        cut += cutter.split(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert b"".join(piece for piece, _ in cut) + cutter.rest == stream
    assert [json.loads(payload) for _, payload in cut] == elements
    assert cutter.last() == b""


@pytest.mark.parametrize("raw", [b"[1, 2]", b"[[], {}, []]", b"]]]}}}", b'["{', b"{}"])
def test_what_is_no_array_of_objects_gives_only_its_objects(raw):
    cutter = Elements()
    cut = cutter.split(raw)
    assert [payload for _, payload in cut] == ([b"{}"] if b", {}" in raw else [])
    assert b"".join(piece for piece, _ in cut) + cutter.rest == raw

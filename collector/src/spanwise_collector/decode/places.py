"""Where the fields of spans lie in their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from spanwise_collector.decode.wire import Ints, Unusual, Wire, lengths

# Number and wire type of a Span's field, as one byte.
TRACE_ID, SPAN_ID, TRACE_STATE, PARENT, NAME = 0x0A, 0x12, 0x1A, 0x22, 0x2A
KIND, START, END, ATTRIBUTE, EVENT, LINK, STATUS = 0x30, 0x39, 0x41, 0x4A, 0x5A, 0x6A, 0x7A
_DROPPED: Final = (0x50, 0x60, 0x70)
_FLAGS, _FLAGS_REST = 0x85, 0x01  # its number is above 15 and takes a second byte
_MANY: Final = (ATTRIBUTE, EVENT, LINK)
_DELIMITED: Final = [TRACE_ID, SPAN_ID, TRACE_STATE, PARENT, NAME, ATTRIBUTE, EVENT, LINK, STATUS]
_VARINT: Final = [KIND, *_DROPPED]

_FAR: Final = 1 << 40  # beyond the end of every request
_MOST: Final = 160
"""Fields of one span: a step for each costs as much as one for all spans."""

_BEYOND: Final = np.full(256, _FAR, dtype=np.int64)  # bytes of content that no varint tells, less one
_BEYOND[[*_DELIMITED, *_VARINT]] = 0
_BEYOND[[START, END]] = 7
_BEYOND[_FLAGS] = 4
_TELLS: Final = np.zeros(256, dtype=np.int64)  # all bits, where a varint follows the tag
_TELLS[[*_DELIMITED, *_VARINT]] = -1
_LENGTH: Final = np.zeros(256, dtype=np.int64)  # all bits, where that varint is a length
_LENGTH[_DELIMITED] = -1


@dataclass(frozen=True, slots=True)
class Places:
    """Where the occurrences of one field lie; those of one span in their order."""

    row: Ints
    at: Ints
    end: Ints


NOWHERE: Final = Places(*(np.zeros(0, dtype=np.int64) for _ in range(3)))


def find(wire: Wire) -> dict[int, Places]:
    """Find the fields of all spans, by tag: in each step one field of every span. Raises Unusual."""
    steps: list[tuple[Ints, Ints, Ints, Ints]] = []
    row, at, end = np.arange(len(wire.starts)), wire.starts, wire.ends
    while True:
        inside = at < end
        if not inside.all():
            row, at, end = row[inside], at[inside], end[inside]
        if not len(row):
            return _by_tag(wire, steps)
        tag, start, after = _step(wire, at)
        if len(steps) == _MOST:
            raise Unusual
        steps.append((tag, row, start, after))
        at = after


def _step(wire: Wire, at: Ints) -> tuple[Ints, Ints, Ints]:
    """Read the field that begins at each place: its tag, where its content begins, and where it ends."""
    word = wire.words(at)
    tag = word & 0xFF
    value, size = lengths(word >> 8 & _TELLS[tag])
    is_length = _LENGTH[tag]
    after_tag = at + 1
    return tag, after_tag + (size & is_length), after_tag + size + (value & is_length) + _BEYOND[tag]


def _by_tag(wire: Wire, steps: list[tuple[Ints, Ints, Ints, Ints]]) -> dict[int, Places]:
    if not steps:
        return {}
    tag, row, at, end = (np.concatenate(column) for column in zip(*steps, strict=True))
    if (end > wire.ends[row]).any():
        raise Unusual
    order = np.argsort(tag.astype(np.uint8), kind="stable")
    tag, row, at, end = tag[order], row[order], at[order], end[order]
    cuts = [0, *(np.flatnonzero(np.diff(tag)) + 1).tolist(), len(tag)]
    found = {
        int(tag[first]): Places(row[first:last], at[first:last], end[first:last]) for first, last in pairwise(cuts)
    }
    for number, places in found.items():
        if number not in _MANY and np.bincount(places.row).max() > 1:
            raise Unusual  # of which protobuf takes the last, or makes one
    if _FLAGS in found and (wire.words(found[_FLAGS].at) & 0xFF != _FLAGS_REST).any():
        raise Unusual
    return found

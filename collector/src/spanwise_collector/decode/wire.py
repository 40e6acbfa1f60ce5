"""Protobuf's wire format, read at many places at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_WORD: Final = 8
_MORE: Final = 0x80  # in each byte of a varint but the last
_LOW: Final = 0x7F
_LONGEST: Final = 4  # bytes of a length: 256 MiB, more than a request may have
_CONTINUED: Final = np.array([int.from_bytes(b"\x80" * size) for size in range(_WORD + 1)], dtype=np.uint64)
_HELD: Final = np.array([(1 << 8 * size) - 1 for size in range(_WORD + 1)], dtype=np.uint64)


class Unusual(Exception):
    """These bytes are no OTLP, or OTLP as hardly anybody writes it: protobuf itself has to read them."""


class Wire:
    """Messages one after the other, as words of 8 bytes that begin at every byte.

    Attributes:
        data: the messages' bytes.
        starts: where each message begins in them,
        ends: and where it ends.
    """

    def __init__(self, messages: Sequence[bytes]) -> None:
        padded = b"".join((*messages, bytes(2 * _WORD)))
        self.data = padded
        self.ends: Ints = np.cumsum(np.fromiter(map(len, messages), np.int64, len(messages)))
        self.starts: Ints = np.concatenate((np.zeros(1, dtype=np.int64), self.ends))[:-1]
        self._series = pl.lit(pl.Series([padded], dtype=pl.Binary))
        self._words = np.ndarray((len(padded) - _WORD + 1,), "<u8", padded, strides=(1,))

    def words(self, at: Ints) -> Ints:
        """Give the 8 bytes that begin at each place; a place may lie just behind the end."""
        return self._words[at].view(np.int64)

    def slices(self, at: Ints, end: Ints) -> pl.Series:
        """Cut out the bytes between these places: a column of binaries."""
        return pl.select(self._series.bin.slice(pl.lit(pl.Series(at)), pl.lit(pl.Series(end - at)))).to_series()

    def numbers(self, at: Ints, size: Ints) -> tuple[Ints, Flags]:
        """Read varints that should have these sizes in bytes; false where there is none of up to 8 bytes."""
        fits = (size >= 1) & (size <= _WORD)
        size = np.where(fits, size, 1)
        word = self._words[np.where(fits, at, 0)]
        fits &= (word & _CONTINUED[size]) == _CONTINUED[size - 1]
        word = word & _HELD[size]
        for bits in (7, 14, 28):  # lay neighbours together: bytes, then pairs, then fours
            low = np.uint64(_every(bits))
            word = (word & low) | (word >> np.uint64(8 * bits // 7) & low) << np.uint64(bits)
        return word.view(np.int64), fits


def _every(bits: int) -> int:
    """Give a mask of `bits` ones in the lower half of each pair of fields."""
    width = 16 * bits // 7
    return sum(((1 << bits) - 1) << start for start in range(0, 64, width))


def lengths(word: Ints) -> tuple[Ints, Ints]:
    """Read the varint in the low bytes of each word: its value, and its size in bytes. Raises Unusual."""
    value, size = word & _LOW, np.ones(len(word), dtype=np.int64)
    more = word & _MORE
    for place in range(1, _LONGEST):
        if not more.any():
            return value, size
        more >>= 7
        word = word >> 8
        value += ((word & _LOW) * more) << (7 * place)
        size += more
        more = word & (more << 7)
    if more.any():
        raise Unusual
    return value, size


def as_texts(slices: pl.Series) -> pl.Series:
    """Turn binaries into strings. Raises Unusual where one is no UTF-8."""
    try:
        return slices.cast(pl.String)
    except pl.exceptions.PolarsError:
        raise Unusual from None

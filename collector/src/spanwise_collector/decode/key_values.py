"""Attributes read where they lie: the key, the type and the value of many at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from spanwise_collector.decode.places import Places
from spanwise_collector.decode.wire import Ints, Wire, as_texts, lengths

OTHER, STRING, INTEGER, DOUBLE, BOOLEAN = range(5)
"""What a value is; the first is everything else, and an unset or oddly written one."""

_KEY, _VALUE = 0x0A, 0x12
_STRING, _BOOLEAN, _INTEGER, _DOUBLE = 0x0A, 0x10, 0x18, 0x21
_WORD: Final = 8
_UNWANTED: Final = pl.Series([-1])


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Attributes, one in each place of every array.

    Attributes:
        row: the span's.
        at: where the attribute begins, and
        end: ends; a text ends there too.
        key: index into the wanted keys; -1 for a key that is none of them, or was not found.
        type: STRING, INTEGER, DOUBLE, BOOLEAN or OTHER.
        text_at: where a text begins.
        number: an integer, a boolean as 0 or 1, or the bits of a double.
    """

    row: Ints
    at: Ints
    end: Ints
    key: Ints
    type: Ints
    text_at: Ints
    number: Ints

    def where(self, chosen: Ints | slice) -> KeyValues:
        """Take some of them."""
        return KeyValues(
            self.row[chosen], self.at[chosen], self.end[chosen], self.key[chosen],
            self.type[chosen], self.text_at[chosen], self.number[chosen],
        )  # fmt: skip


def read(wire: Wire, places: Places, wanted: tuple[str, ...]) -> KeyValues:
    """Read attributes. Raises Unusual where a text is no UTF-8 or a length is beyond all measure."""
    at, end = places.at, places.end
    word = wire.words(at)
    key_at = at + 2
    key_end = key_at + (word >> 8 & 0x7F)
    found = (word & 0x80FF == _KEY) & (key_end < end)  # a key of 128 bytes and more is none that we know
    key_end = np.where(found, key_end, key_at)

    word = wire.words(np.where(found, key_end, 0))
    size, size_bytes = lengths(np.where(found, word >> 8, 0))
    value_at = key_end + 1 + size_bytes
    found &= (word & 0xFF == _VALUE) & (value_at + size == end)
    is_set = found & (size > 0)
    word = wire.words(np.where(is_set, value_at, 0))
    kind = np.where(is_set, word & 0xFF, 0)

    size, size_bytes = lengths(np.where(kind == _STRING, word >> 8, 0))
    text_at = value_at + 1 + size_bytes
    is_text = (kind == _STRING) & (text_at + size == end)
    types = np.where(is_text, STRING, OTHER)
    number = _numbers(wire, kind, value_at + 1, end, types)
    key = _keys(wire, wanted, (key_at, key_end), (text_at[is_text], end[is_text]))
    return KeyValues(places.row, at, end, np.where(found, key, -1), types, text_at, number)


def _numbers(wire: Wire, kind: Ints, at: Ints, end: Ints, types: Ints) -> Ints:
    """Read integers, booleans and doubles, and note in `types` where there are any."""
    number = np.zeros(len(at), dtype=np.int64)
    chosen = np.flatnonzero((kind == _INTEGER) | (kind == _BOOLEAN))
    number[chosen], fits = wire.numbers(at[chosen], (end - at)[chosen])
    whole = kind[chosen] == _INTEGER
    types[chosen[fits & whole]] = INTEGER
    types[chosen[fits & ~whole & (number[chosen] < 2)]] = BOOLEAN  # noqa: PLR2004 - 0 or 1
    chosen = np.flatnonzero((kind == _DOUBLE) & (end - at == _WORD))
    number[chosen] = wire.words(at[chosen])
    types[chosen] = DOUBLE
    return number


def _keys(wire: Wire, wanted: tuple[str, ...], keys: tuple[Ints, Ints], texts: tuple[Ints, Ints]) -> Ints:
    """Find which keys are wanted; the texts are only checked to be texts."""
    at, end = (np.concatenate(side) for side in zip(keys, texts, strict=True))
    names = as_texts(wire.slices(at, end)).head(len(keys[0])).cast(_known(wanted), strict=False)
    found = names.to_physical().cast(pl.Int64)
    return found.zip_with(names.is_not_null(), _UNWANTED).to_numpy()


@lru_cache(8)
def _known(wanted: tuple[str, ...]) -> pl.Enum:
    return pl.Enum(wanted)

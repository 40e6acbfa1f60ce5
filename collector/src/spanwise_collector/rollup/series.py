"""The series: one number for each combination of dimensions, bounded, with an overflow that is counted."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
import polars as pl

from spanwise_schema.measures import DIMENSIONS
from spanwise_schema.metrics import OTHER

_REMEMBERED: Final = 65_536
_SEPARATOR: Final = "\x1f"
_KEY: Final = pl.concat_str([pl.col(d).fill_null("") for d in DIMENSIONS], separator=_SEPARATOR)
_CLEAN: Final = [pl.col(d).str.replace_all(_SEPARATOR, " ", literal=True) for d in DIMENSIONS]


class SeriesBook:
    """Numbers series, at most `limit` of them, each label with at most `label_values` values.

    What is over a limit is folded: the value becomes `__other__`. A missing value is the empty string.
    """

    def __init__(self, *, limit: int = 20_000, label_values: int = 200) -> None:
        self._limit = limit
        self._label_values = label_values
        self._ids: dict[str, int] = {}
        self._by_hash: dict[int, int] = {}  # of the values as they come, before they are folded
        self._rows: list[tuple[str, ...]] = []
        self._values: list[set[str]] = [set() for _ in DIMENSIONS]
        self._table = _table([])
        self.folded: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._rows)

    def number(self, frame: pl.DataFrame) -> pl.Series:
        """Give each row's series number (u32). The frame has the columns DIMENSIONS, null where missing.

        Rows are told apart by a 64-bit hash of their values: of 20,000 series two are taken for one with a chance of
        1 in 10^11.
        """
        if not frame.height:
            return pl.Series([], dtype=pl.UInt32)
        hashes, first, of = np.unique(
            frame.select(DIMENSIONS).hash_rows(seed=0).to_numpy(), return_index=True, return_inverse=True
        )
        numbers = [self._by_hash.get(key, -1) for key in hashes.tolist()]
        if new := [place for place, number in enumerate(numbers) if number < 0]:
            for place, key in zip(new, _keys(frame.select(DIMENSIONS)[first[new]]), strict=True):
                numbers[place] = self._number_of(key)
            if len(self._by_hash) > _REMEMBERED:
                self._by_hash.clear()
            self._by_hash.update(zip(hashes.tolist(), numbers, strict=True))
        return pl.Series(np.array(numbers, dtype=np.uint32)[of])

    @property
    def table(self) -> pl.DataFrame:
        """All series: `series` (u32) and the columns DIMENSIONS."""
        if self._table.height != len(self._rows):
            self._table = _table(self._rows)
        return self._table

    def labels(self, series: int) -> tuple[str, ...]:
        """Give the values of DIMENSIONS of one series."""
        return self._rows[series]

    def _number_of(self, key: str) -> int:
        known = self._ids.get(key)
        if known is not None:
            return known
        values = self._fold(tuple(key.split(_SEPARATOR)))
        folded_key = _SEPARATOR.join(values)
        if folded_key not in self._ids:
            self._ids[folded_key] = len(self._rows)
            self._rows.append(values)
        return self._ids[folded_key]

    def _fold(self, values: tuple[str, ...]) -> tuple[str, ...]:
        full = len(self._rows) >= self._limit
        return tuple(self._fold_value(i, value, full=full) for i, value in enumerate(values))

    def _fold_value(self, dimension: int, value: str, *, full: bool) -> str:
        seen = self._values[dimension]
        if value in ("", OTHER) or (value in seen and not full):
            return value
        if full or len(seen) >= self._label_values:
            self.folded[DIMENSIONS[dimension]] += 1
            return OTHER
        seen.add(value)
        return value


def _keys(frame: pl.DataFrame) -> pl.Series:
    keys = frame.select(_KEY.alias("key")).to_series()
    if (keys.str.count_matches(_SEPARATOR, literal=True) != len(DIMENSIONS) - 1).any():
        keys = frame.select(_CLEAN).select(_KEY.alias("key")).to_series()
    return keys


def _table(rows: list[tuple[str, ...]]) -> pl.DataFrame:
    schema = {str(dimension): pl.String for dimension in DIMENSIONS}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return table.with_row_index("series").cast({"series": pl.UInt32})

"""Columns of one height made together: one call for all texts, one for all numbers of a type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from spanwise_collector.decode.wire import Flags, Ints
from spanwise_schema.columns import Kind

_DTYPE: Final[dict[Kind, type[np.generic]]] = {"i64": np.int64, "f64": np.float64, "bool": np.bool_}


class Sheet:
    """Collects what columns are made of; a row that is not told is null, of a row that is told twice the last stays."""

    def __init__(self, height: int) -> None:
        self._height = height
        self._texts: list[tuple[str, Ints, Ints]] = []
        self._numbers: dict[Kind, list[tuple[str, Ints, Flags]]] = {"i64": [], "f64": [], "bool": []}

    def text(self, name: str, row: Ints, at: Ints, end: Ints) -> None:
        """Add a column of strings by their places; an empty one is null."""
        starts, ends = np.zeros((2, self._height), dtype=np.int64)
        starts[row], ends[row] = at, end
        self._texts.append((name, starts, ends))

    def number(self, name: str, kind: Kind, row: Ints, value: Ints) -> None:
        """Add a column of "i64", "bool" (0 or 1) or "f64" (its bits)."""
        full, has = np.zeros(self._height, dtype=np.int64), np.zeros(self._height, dtype=bool)
        full[row], has[row] = value, True
        self._numbers[kind].append((name, full, has))

    def texts(self) -> tuple[list[str], Ints, Ints]:
        """Tell the names of the columns of strings, and where all their texts lie, column by column."""
        starts, ends = (np.concatenate([text[side] for text in self._texts]) for side in (1, 2))
        return [name for name, _, _ in self._texts], starts, ends

    def numbers(self) -> list[pl.Series]:
        """Make the columns of numbers."""
        made: list[pl.Series] = []
        for kind, numbers in self._numbers.items():
            if numbers:
                names, full, has = zip(*numbers, strict=True)
                values = np.concatenate(full)
                values = values.view(np.float64) if kind == "f64" else values.astype(_DTYPE[kind])
                made += split(names, nullable(pl.Series(values), np.concatenate(has)))
        return made


def split(names: Sequence[str], whole: pl.Series) -> list[pl.Series]:
    """Cut a column into columns of one height."""
    height = len(whole) // len(names)
    return [whole.slice(index * height, height).alias(name) for index, name in enumerate(names)]


def nullable(values: pl.Series, has: Flags) -> pl.Series:
    """Make what a column does not have null."""
    return values.zip_with(pl.Series(has), pl.Series([None], dtype=values.dtype))

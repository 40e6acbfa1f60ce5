"""Answer many questions about moments at once: each stretch of time is added up once, whatever is asked of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from spanwise_collector.query import Answered, Column, Query
from spanwise_collector.rollup.fold import measure_numbers
from spanwise_collector.rollup.series import SeriesBook
from spanwise_collector.rollup.sketch import GAMMA, ZERO
from spanwise_collector.rollup.slices import Part, Slice, Slices
from spanwise_collector.rollup.windows import Windows
from spanwise_schema.measures import NANO, QUANTILES, Dimension

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_CELLS: Final = 2_000_000  # of a table of groups and buckets
_COUNTED: Final = ("{call}", "{run}")
_Where = tuple[tuple[Dimension, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class _Sums:
    """What one stretch of time holds of one measure, by group: only groups in which something was observed."""

    groups: _Ints
    seen: _Ints
    failed: _Ints
    sum: _Floats
    max: _Ints
    rows: Part  # `series` is a place in `groups`


class Together:
    """Answers from the live windows. Any thread may ask."""

    def __init__(self, windows: Windows, book: SeriesBook) -> None:
        self._slices = Slices(windows)
        self._book = book
        self._lock = threading.Lock()
        self._groups: dict[tuple[int, tuple[Dimension, ...], _Where], tuple[_Ints, list[tuple[str, ...]]]] = {}

    def answer(self, queries: Sequence[Query]) -> Answered:
        """Answer questions about one moment each (`step_ns` 0), in their places."""
        with self._lock:
            table = self._book.table
            spans = list(dict.fromkeys((query.first_ns, query.last_ns) for query in queries))
            slices = dict(zip(spans, self._slices.between(spans), strict=True))
            failed = (table["error_type"] != "").to_numpy()
            sums: dict[object, _Sums] = {}
            columns: list[Column] = []
            for query in queries:
                where: _Where = tuple(query.where.items())
                key = (query.measure.source, query.by, where, query.first_ns, query.last_ns)
                if key not in sums:
                    groups, _ = self._grouped(table, query.by, where)
                    sums[key] = _sums(slices[query.first_ns, query.last_ns], query, groups, failed)
                found = sums[key]
                columns.append(Column(query.by, id(found), found.groups, _values(query, found), found.seen))
            labels: dict[tuple[str, ...], list[tuple[str, ...]]] = {
                query.by: self._grouped(table, query.by, ())[1] for query in queries
            }
            return Answered(labels, columns)

    def _grouped(
        self, table: pl.DataFrame, by: tuple[Dimension, ...], where: _Where
    ) -> tuple[_Ints, list[tuple[str, ...]]]:
        """Give each series its group, -1 where it is not wanted, and the labels of each group."""
        key = (table.height, by, where)
        if key not in self._groups:
            if any(height != table.height for height, _, _ in self._groups):
                self._groups.clear()
            self._groups[key] = _grouped(table, by, dict(where))
        return self._groups[key]


def _grouped(
    table: pl.DataFrame, by: tuple[Dimension, ...], where: Mapping[Dimension, frozenset[str]]
) -> tuple[_Ints, list[tuple[str, ...]]]:
    names = [str(dimension) for dimension in by]
    if names:
        unique = table.select(names).unique(maintain_order=True).with_row_index("group")
        group = table.join(unique, on=names, how="left", maintain_order="left")["group"].cast(pl.Int64).to_numpy()
        labels = unique.select(names).rows()
    else:
        group, labels = np.zeros(table.height, np.int64), [()]
    for dimension, values in where.items():
        group = np.where(table[dimension].is_in(list(values)).to_numpy(), group, -1)
    return group, labels


def _sums(slices: Sequence[Slice], query: Query, group_of: _Ints, failed: npt.NDArray[np.bool_]) -> _Sums:
    number = measure_numbers([query.measure.source])[0]
    parts = [found[number] for found in slices if number in found]
    # series that came after the table was made are in the next answer
    rows = Part(*(np.concatenate([getattr(part, name) for part in parts]) if parts else np.zeros(0, np.int64)
                  for name in Part._fields))  # fmt: skip
    known = rows.series < len(group_of)
    group = np.where(known, group_of[np.minimum(rows.series, max(len(group_of) - 1, 0))] if len(group_of) else -1, -1)
    wanted = group >= 0
    rows, group = Part(*(column[wanted] for column in rows)), group[wanted]
    groups, place = np.unique(group, return_inverse=True)
    size = len(groups)
    maxima = np.zeros(size, np.int64)
    np.maximum.at(maxima, place, rows.max)
    bad = failed[rows.series]
    return _Sums(
        groups,
        np.bincount(place, rows.seen, size).astype(np.int64),
        np.bincount(place[bad], rows.seen[bad], size).astype(np.int64),
        np.bincount(place, rows.sum, size).astype(np.float64),
        maxima,
        rows._replace(series=place.astype(np.int64)),
    )


def _values(query: Query, sums: _Sums) -> _Floats:
    atom, seconds = query.measure.atom, query.window_ns / NANO
    match query.stat:
        case "count" | "sum" | "rate":
            number = _quantity(query, sums)
            return number / seconds if query.stat == "rate" else number
        case "mean":
            return sums.sum / sums.seen / atom
        case "max":
            return sums.max / atom
        case "ratio":
            return sums.failed / sums.seen
        case _:
            return _quantiles(sums, QUANTILES[query.stat]) / atom


def _quantity(query: Query, sums: _Sums) -> _Floats:
    if query.measure.unit == "{error}":
        return sums.failed.astype(np.float64)
    if query.measure.unit in _COUNTED or query.stat == "count":
        return sums.seen.astype(np.float64)
    return sums.sum / query.measure.atom


def _quantiles(sums: _Sums, q: float) -> _Floats:
    """Interpolate linearly between the two ranks next to q * (n - 1), as `sketch.quantile` does."""
    rows, size = sums.rows, len(sums.groups)
    if not size:
        return np.zeros(0)
    low = int(rows.bucket.min())
    width = int(rows.bucket.max()) - low + 1
    bucket = np.arange(low, low + width)
    middle = np.where(bucket == ZERO, 0.0, np.exp(bucket * np.log(GAMMA)) * (2 / (GAMMA + 1)))
    found = np.empty(size)
    step = max(1, _CELLS // width)
    for first in range(0, size, step):
        inside = (rows.series >= first) & (rows.series < first + step) if step < size else slice(None)
        height = min(step, size - first)
        cell = (rows.series[inside] - first) * width + rows.bucket[inside] - low
        counts = np.bincount(cell, rows.seen[inside], height * width).reshape(height, width)
        totals = np.bincount(cell, rows.sum[inside], height * width).reshape(height, width)
        upto = counts.cumsum(axis=1)
        rank = (upto[:, -1] - 1) * q
        each = np.arange(height)
        ends: list[_Floats] = []
        for edge in (np.floor(rank), np.ceil(rank)):
            place = (upto > edge[:, None]).argmax(axis=1)
            ends.append(np.where(counts[each, place] == 1, totals[each, place], middle[place]))
        found[first : first + height] = ends[0] + (ends[1] - ends[0]) * (rank - np.floor(rank))
    return found

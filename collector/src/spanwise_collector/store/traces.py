"""Find whole traces: first where their rows are, from small columns, then only those rows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, cast

import polars as pl

from spanwise_collector.store import segments

_NEAR_ROWS: Final = 1_024  # rows between two that are wanted, up to which both are read at once
_MOST_ROWS: Final = 8_192  # rows that are read at once


class Most(NamedTuple):
    """How much of one trace is wanted, the oldest spans.

    Attributes:
        spans: not more than these.
        size_bytes: of their `raw`; the last span may go beyond it.
    """

    spans: int
    size_bytes: int


class Found(NamedTuple):
    """The spans of some traces.

    Attributes:
        spans: columns STORED, in no order.
        total: how many spans each trace has, those that were left out included.
    """

    spans: pl.DataFrame
    total: dict[bytes, int]


def find(
    unwritten: pl.DataFrame, files: Sequence[tuple[Path, int]], trace_ids: Sequence[bytes], most: Most | None = None
) -> Found:
    """Read the spans of traces.

    Args:
        unwritten: rows that are in no file.
        files: where to look, each with its number of rows.
        trace_ids: 16 bytes each.
        most: of one trace; null for all.
    """
    where = _places(unwritten, files, trace_ids, pl.lit(0) if most is None else pl.col("raw").bin.size())
    total = dict(cast("list[tuple[bytes, int]]", where.group_by("trace_id").len().rows()))
    if most is not None:
        before = (pl.col("size_bytes").cum_sum() - pl.col("size_bytes")).over("trace_id")
        oldest = where.sort("start_ns").group_by("trace_id", maintain_order=True).head(most.spans)
        where = oldest.filter(before <= most.size_bytes)
    buffered = where.filter(pl.col("buffered")).get_column("place")
    written = cast("list[int]", where.filter(~pl.col("buffered")).get_column("place").sort().to_list())
    return Found(pl.concat([unwritten[buffered], *_read(files, written)]), total)


def _places(
    unwritten: pl.DataFrame, files: Sequence[tuple[Path, int]], trace_ids: Sequence[bytes], size: pl.Expr
) -> pl.DataFrame:
    """Say where rows are: `place` counts rows over all files, or in `unwritten` where `buffered`."""
    wanted = pl.col("trace_id") == trace_ids[0] if len(trace_ids) == 1 else pl.col("trace_id").is_in(trace_ids)
    sources = [(unwritten.lazy().with_row_index("place"), True)]
    if files:
        sources.append((segments.scan([path for path, _ in files], row_index_name="place"), False))
    parts = [
        rows.filter(wanted).select(
            "trace_id",
            "start_ns",
            pl.col("place").cast(pl.Int64),
            size_bytes=size,
            buffered=pl.lit(buffered),
        )
        for rows, buffered in sources
    ]
    return pl.concat(parts).collect()


def _read(files: Sequence[tuple[Path, int]], places: Sequence[int]) -> Iterator[pl.DataFrame]:
    first = 0  # place of the file's first row, counted over all files
    for path, height in files:
        inside = places[bisect_left(places, first) : bisect_left(places, first + height)]
        for run in _runs(inside):
            near = segments.scan([path]).slice(run[0] - first, run[-1] - run[0] + 1).collect()
            yield near[[place - run[0] for place in run]]
        first += height


def _runs(places: Sequence[int]) -> Iterator[Sequence[int]]:
    start = 0
    for number in range(1, len(places) + 1):
        if (
            number == len(places)
            or places[number] - places[number - 1] > _NEAR_ROWS
            or places[number] - places[start] >= _MOST_ROWS
        ):
            yield places[start:number]
            start = number

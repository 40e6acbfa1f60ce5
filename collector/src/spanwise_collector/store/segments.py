"""Parquet segments: how rows are laid out in files, and how files are read and merged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, cast

import polars as pl
from polars.io.plugins import register_io_source

from spanwise_collector.store import durable
from spanwise_collector.store.folder import ROLLUP, SPANS
from spanwise_schema.columns import STORED, Kind

_DTYPES: Final[dict[Kind, pl.DataType]] = {
    "bytes": pl.Binary(),
    "str": pl.String(),
    "i64": pl.Int64(),
    "f64": pl.Float64(),
    "bool": pl.Boolean(),
    "strings": pl.List(pl.String()),
}
SCHEMA: Final = pl.Schema({name: _DTYPES[kind] for name, kind in STORED.items()})

_SECOND_NS: Final = 1_000_000_000
_HOUR_NS: Final = 3_600 * _SECOND_NS
_WIDER_NS: Final = (24 * _HOUR_NS, 90 * 24 * _HOUR_NS, 2**63 - 1)
_MAX_PARTITIONS: Final = 64  # of one commit: a batch from all over time must not become one file per row
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# Rows of a group of a file: few enough that a group with long contents fits in little memory, and that a
# trace, which lies in one group of a merged file because rows are sorted by trace within a sort run, is found by
# reading little. Fresh files have the order of arrival; a trace is in few of them, and they are soon merged.
_GROUP_BYTES: Final = 2 * 2**20
_FRESH_GROUP_BYTES: Final = 4 * 2**20  # each group costs some ms; the few fresh segments are small and soon merged
_GROUP_ROWS: Final = (1_024, 8_192)
_SORT_BYTES: Final = 8 * 2**20


def partitions(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Split spans by the UTC hour of their end, and name the folder of each part.

    Where that makes too many parts the step becomes a day, a quarter, and then everything in one.
    """
    ends = frame.get_column("end_ns").fill_null(0)
    starts = ends // _HOUR_NS * _HOUR_NS
    for step_ns in _WIDER_NS:
        if starts.n_unique() <= _MAX_PARTITIONS:
            break
        starts = ends // step_ns * step_ns
    values = starts.unique().sort()
    for value in values:
        hour = _EPOCH + timedelta(microseconds=value // 1_000)
        part = frame if len(values) == 1 else frame.filter(starts == value)
        yield f"{SPANS}/date={hour:%Y-%m-%d}/hour={hour:%H}", part


def rollup_partition(window_ns: int) -> str:
    """Name the folder of rollup deltas whose newest window begins at `window_ns`: one a UTC day."""
    return f"{ROLLUP}/date={_EPOCH + timedelta(microseconds=window_ns // 1_000):%Y-%m-%d}"


def group_rows(frame: pl.DataFrame, size_bytes: int = _GROUP_BYTES) -> int:
    """How many rows of such a frame make one row group of about so many bytes."""
    least, most = _GROUP_ROWS
    return max(least, min(most, size_bytes * frame.height // max(1, int(frame.estimated_size()))))


def write(frame: pl.DataFrame, path: Path) -> int:
    """Write a frame as one durable file and return its size in bytes. Raises OSError, PolarsError.

    With lz4: what the kernel takes for each byte is dearer than compressing it. 2.4 us a row with 0.7 KB and 3.2 us
    with 2.4 KB, against 3.4 and 7.5 uncompressed; zstd saves more where contents repeat and costs more where they
    do not, so merging does that, and sorts, for which a commit would need as much memory again as the rows take.
    The folder is synced by the caller.
    """
    frame.write_parquet(path, compression="lz4", row_group_size=group_rows(frame, _FRESH_GROUP_BYTES))
    durable.sync_file(path)
    return path.stat().st_size


def scan(paths: Sequence[Path], *, row_index_name: str | None = None) -> pl.LazyFrame:
    """Read spans from files; columns that an older file does not have are null.

    Args:
        paths: the files.
        row_index_name: a column that counts the rows over all files; there must be a file then.
    """
    if not paths:
        return pl.LazyFrame(schema=SCHEMA)
    return pl.scan_parquet(
        list(paths), schema=SCHEMA, missing_columns="insert", extra_columns="ignore", hive_partitioning=False,
        glob=False, cache=False, row_index_name=row_index_name,
    )  # fmt: skip


def merge_spans(paths: Sequence[Path], target: Path) -> int:
    """Write the spans of several files as one and return its size in bytes. Raises OSError, PolarsError.

    Streams, so that memory does not grow with the files: neighbours are sorted by trace up to some MiB at a
    time. Zstandard makes 210 and 1,040 bytes of rows that take 510 and 2,580.
    """

    def source(
        _columns: list[str] | None, _predicate: pl.Expr | None, _rows: int | None, _batch: int | None
    ) -> Iterator[pl.DataFrame]:
        for run in _sort_runs(paths):
            ordered = run.sort("trace_id")
            yield from ordered.iter_slices(group_rows(ordered))

    rows = group_rows(scan(paths[:1]).head(_GROUP_ROWS[0]).collect())
    register_io_source(source, schema=SCHEMA).sink_parquet(
        target, compression="zstd", compression_level=1, row_group_size=rows, maintain_order=True, sync_on_close="all"
    )
    return target.stat().st_size


def _sort_runs(paths: Sequence[Path]) -> Iterator[pl.DataFrame]:
    run: list[pl.DataFrame] = []
    size_bytes = 0
    for path in paths:
        file = scan([path])
        rows = cast("int", file.select(pl.len()).collect().item())
        for offset in range(0, rows, _GROUP_ROWS[1]):
            part = file.slice(offset, _GROUP_ROWS[1]).collect()
            run.append(part)
            size_bytes += int(part.estimated_size())
            if size_bytes >= _SORT_BYTES:
                yield pl.concat(run)
                run, size_bytes = [], 0
    if run:
        yield pl.concat(run)


def read_deltas(paths: Sequence[Path]) -> pl.DataFrame:
    """Read rollup deltas; columns that only some files have are null elsewhere."""
    return pl.concat([pl.read_parquet(path, hive_partitioning=False) for path in paths], how="diagonal_relaxed")


def scan_deltas(paths: Sequence[Path]) -> pl.LazyFrame:
    """Read rollup deltas of files that have the same columns."""
    return pl.scan_parquet(list(paths), hive_partitioning=False, glob=False, cache=False)


def merge_deltas(paths: Sequence[Path], target: Path) -> int:
    """Write the deltas of several files as one and return its size in bytes. Raises OSError, PolarsError."""
    return write(read_deltas(paths), target)


def limits(frame: pl.DataFrame, column: str) -> tuple[int, int]:
    """Return the smallest and the largest value of a column of times; nulls count as 0."""
    times = frame.get_column(column).fill_null(0)
    return cast("int", times.min()), cast("int", times.max())

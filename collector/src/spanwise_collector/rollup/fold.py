"""Fold calls and runs into delta rows: what a batch adds to each window, series, measure and bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from spanwise_collector.rollup.series import SeriesBook
from spanwise_collector.rollup.sketch import ZERO, buckets
from spanwise_schema.measures import DIMENSIONS, MEASURES, NANO, RECORDED
from spanwise_schema.metrics import METRICS

WINDOW_NS: Final = NANO
"""The width of the windows that points are folded into; older windows are made coarser later."""

DELTA: Final[dict[str, pl.DataType]] = {
    "window_ns": pl.Int64(),  # start of the window, Unix time
    "series": pl.UInt32(),
    "measure": pl.UInt8(),  # index into RECORDED
    "bucket": pl.Int16(),
    "le": pl.UInt8(),  # index into the bucket bounds of the measure's histogram
    "count": pl.Int64(),
    "sum": pl.Int64(),  # in atoms of the measure
    "max": pl.Int64(),
}


MEASURED: Final[dict[str, dict[str, str]]] = {
    "llm": {
        "llm.duration": "duration_ns",
        "llm.ttft": "ttft_ns",
        "llm.tokens.input": "input_tokens",
        "llm.tokens.output": "output_tokens",
        "llm.tokens.cache_read": "cache_read_tokens",
        "llm.cost": "cost_pico_usd",
    },
    "tool": {"tool.duration": "duration_ns"},
    "run": {
        "run.duration": "duration_ns",
        "run.steps": "steps",
        "run.tokens": "tokens",
        "run.cost": "cost_pico_usd",
    },
}
"""category -> measure -> the column that holds it."""

_NUMBER: Final = {name: index for index, name in enumerate(RECORDED)}
_BOUNDS: Final[dict[str, npt.NDArray[np.float64]]] = {
    metric.measure: np.array(metric.buckets) * MEASURES[metric.measure].atom for metric in METRICS if metric.buckets
}
_NONE: Final = -1  # stands for null; measured values are never negative
_Ints = npt.NDArray[np.int64]


def fold(frame: pl.DataFrame, book: SeriesBook) -> pl.DataFrame:
    """Fold rows into delta rows.

    Args:
        frame: `category` ("llm", "tool", "run"), `end_ns`, the columns DIMENSIONS and the measured columns; other
            columns and rows of other categories are passed over.
        book: numbers the series.

    Returns:
        Columns DELTA; one row for each window, series, measure, bucket and le.
    """
    rows = frame.filter(pl.col("category").is_in(list(MEASURED)))
    if not rows.height:
        return pl.DataFrame(schema=DELTA)
    columns = sorted({column for of in MEASURED.values() for column in of.values()} & set(rows.columns))
    missing = [pl.lit(None, pl.String).alias(d) for d in DIMENSIONS if d not in rows.columns]
    numbers = rows.select("category", "end_ns", *(pl.col(c).cast(pl.Int64).fill_null(_NONE) for c in columns))
    values: dict[str, _Ints] = {name: numbers[name].to_numpy() for name in columns}
    series: _Ints = book.number(rows.with_columns(missing)).to_numpy().astype(np.int64)
    window: _Ints = numbers["end_ns"].to_numpy() // WINDOW_NS
    category = np.array(numbers["category"].to_list())
    points = [
        _points(measure, values[column][mask], series[mask], window[mask])
        for name, measures in MEASURED.items()
        for measure, column in measures.items()
        if column in values and (mask := (category == name) & (values[column] != _NONE)).any()
    ]
    return (
        _merge(*(np.concatenate(parts) for parts in zip(*points, strict=True)))
        if points
        else pl.DataFrame(schema=DELTA)
    )


def _points(measure: str, values: _Ints, series: _Ints, window: _Ints) -> tuple[_Ints, _Ints, _Ints]:
    """Give windows, packed keys and values; a key is series, measure, bucket, le, from high to low bits."""
    bounds = _BOUNDS.get(measure)
    le = 0 if bounds is None else np.searchsorted(bounds, values, side="left")
    bucket = buckets(values).astype(np.int64) - ZERO
    key = ((series * 32 + _NUMBER[measure]) * 4096 + bucket) * 32 + le
    return window, key, values


def _merge(window: _Ints, key: _Ints, values: _Ints) -> pl.DataFrame:
    """Add up what has the same window and key; whole numbers, so the order does not matter."""
    order = np.lexsort((key, window))
    window, key, values = window[order], key[order], values[order]
    starts = np.flatnonzero(np.r_[True, (window[1:] != window[:-1]) | (key[1:] != key[:-1])])
    key = key[starts]
    columns = {
        "window_ns": window[starts] * WINDOW_NS,
        "series": (key // (32 * 4096 * 32)).astype(np.uint32),
        "measure": (key // (4096 * 32) % 32).astype(np.uint8),
        "bucket": (key // 32 % 4096 + ZERO).astype(np.int16),
        "le": (key % 32).astype(np.uint8),
        "count": np.diff(np.r_[starts, len(values)]),
        "sum": np.add.reduceat(values, starts),
        "max": np.maximum.reduceat(values, starts),
    }
    return pl.DataFrame(columns, schema=DELTA)


def coarsen(delta: pl.DataFrame, width_ns: int) -> pl.DataFrame:
    """Merge delta rows into windows of `width_ns`. Columns DELTA in and out; `le` is no longer told apart."""
    keys = ["window_ns", "series", "measure", "bucket"]
    return (
        delta.with_columns(pl.col("window_ns") // width_ns * width_ns)
        .group_by(keys)
        .agg(pl.col("le").first(), pl.col("count").sum(), pl.col("sum").sum(), pl.col("max").max())
        .select(list(DELTA))
    )


def measure_numbers(names: Sequence[str]) -> list[int]:
    """Give the numbers that `measure` holds for recorded measures."""
    return [_NUMBER[name] for name in names]

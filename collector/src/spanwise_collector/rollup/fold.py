"""Fold calls and runs into delta rows: what a batch adds to each window, series, measure and bucket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from spanwise_collector.rollup.series import SeriesBook
from spanwise_collector.rollup.sketch import buckets
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


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one kind and the columns of them that are measured."""

    category: str
    columns: dict[str, str]  # measure -> column


CALLS: Final = (
    Source(
        "llm",
        {
            "llm.duration": "duration_ns",
            "llm.ttft": "ttft_ns",
            "llm.tokens.input": "input_tokens",
            "llm.tokens.output": "output_tokens",
            "llm.tokens.cache_read": "cache_read_tokens",
            "llm.cost": "cost_pico_usd",
        },
    ),
    Source("tool", {"tool.duration": "duration_ns"}),
    Source(
        "run",
        {
            "run.duration": "duration_ns",
            "run.steps": "steps",
            "run.tokens": "tokens",
            "run.cost": "cost_pico_usd",
        },
    ),
)
_NUMBER: Final = {name: index for index, name in enumerate(RECORDED)}
_BOUNDS: Final[dict[str, npt.NDArray[np.float64]]] = {
    metric.measure: np.array(metric.buckets) * MEASURES[metric.measure].atom for metric in METRICS if metric.buckets
}


def fold(frame: pl.DataFrame, book: SeriesBook) -> pl.DataFrame:
    """Fold rows into delta rows.

    Args:
        frame: `category` ("llm", "tool", "run"), `end_ns`, the columns DIMENSIONS and the measured columns; other
            columns and rows of other categories are passed over.
        book: numbers the series.

    Returns:
        Columns DELTA; one row for each window, series, measure, bucket and le.
    """
    parts: list[pl.DataFrame] = []
    for source in CALLS:
        rows = frame.filter(pl.col("category") == source.category)
        if rows.height:
            rows = rows.with_columns(*(pl.lit(None, pl.String).alias(d) for d in DIMENSIONS if d not in rows.columns))
            parts += _points(rows, book.number(rows), source)
    if not parts:
        return pl.DataFrame(schema=DELTA)
    keys = ["window_ns", "series", "measure", "bucket", "le"]
    totals = (
        pl.concat(parts)
        .group_by(keys)
        .agg(
            pl.len().cast(pl.Int64).alias("count"),
            pl.col("value").sum().alias("sum"),
            pl.col("value").max().alias("max"),
        )
    )
    return totals.select(list(DELTA))


def _points(rows: pl.DataFrame, series: pl.Series, source: Source) -> list[pl.DataFrame]:
    window = rows["end_ns"] // WINDOW_NS * WINDOW_NS
    return [
        part
        for measure, column in source.columns.items()
        if column in rows.columns and (part := _measured(measure, rows[column], series, window)).height
    ]


def _measured(measure: str, values: pl.Series, series: pl.Series, window: pl.Series) -> pl.DataFrame:
    seen = values.is_not_null()
    kept = values.filter(seen).cast(pl.Int64).rename("value")
    numbers: npt.NDArray[np.int64] = kept.to_numpy()
    bounds = _BOUNDS.get(measure)
    le = np.zeros(len(numbers), np.uint8) if bounds is None else np.searchsorted(bounds, numbers, side="left")
    return pl.DataFrame(
        [
            window.filter(seen).alias("window_ns"),
            series.filter(seen).alias("series"),
            pl.Series("bucket", buckets(numbers), pl.Int16),
            pl.Series("le", le.astype(np.uint8), pl.UInt8),
            kept,
        ]
    ).with_columns(pl.lit(_NUMBER[measure], pl.UInt8).alias("measure"))


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

"""What late spans change of runs that were counted: windows move, totals only grow."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from spanwise_collector.rollup.fold import DELTA, MEASURED, WINDOW_NS, measure_numbers
from spanwise_collector.rollup.series import SeriesBook
from spanwise_collector.rollup.sketch import buckets
from spanwise_collector.rollup.summary import SHARES
from spanwise_schema.measures import DIMENSIONS, MEASURES
from spanwise_schema.metrics import METRICS

_BOUNDS: Final = {
    metric.measure: np.array(metric.buckets) * MEASURES[metric.measure].atom for metric in METRICS if metric.measure
}


class Corrected(NamedTuple):
    """Delta rows (columns DELTA) that bring runs from what was counted to what they have now.

    Attributes:
        totals: for what may not go back. A number that was not known is counted; one that grew adds to the sum, in the
            bucket in which it was counted; shares, which may fall, stay.
        windows: for what may. What was counted is taken out of its bucket, and what is true now put into its own.
    """

    totals: pl.DataFrame
    windows: pl.DataFrame


def correct(before: pl.DataFrame, after: pl.DataFrame, book: SeriesBook) -> Corrected:
    """Compare runs with what was counted of them. A run stays in its window and its series.

    Args:
        before: columns RUN, as they were counted.
        after: columns RUN, the same runs in the same order.
        book: numbers the series.
    """
    nothing = pl.DataFrame(schema=DELTA)
    if not before.height:
        return Corrected(nothing, nothing)
    missing = [pl.lit(None, pl.String).alias(d) for d in DIMENSIONS if d not in before.columns]
    place = pl.DataFrame(
        [
            (before["end_ns"] // WINDOW_NS * WINDOW_NS).alias("window_ns"),
            book.number(before.with_columns(missing)).alias("series"),
        ]
    )
    totals, windows = list[pl.DataFrame](), list[pl.DataFrame]()
    for measure, column in MEASURED["run"].items():
        was, now = before[column], after[column]
        changed = now.is_not_null() & now.ne_missing(was)
        if not changed.any():
            continue
        at, was, now = place.filter(changed), was.filter(changed), now.filter(changed)
        again = was.is_not_null()
        windows += _rows(at.filter(again), measure, was.filter(again), -1), _rows(at, measure, now, 1)
        if column not in SHARES:
            grown = _rows(at, measure, was.fill_null(now), 0)
            counted = (~again).cast(pl.Int64).alias("count")
            totals.append(grown.with_columns(counted, (now - was.fill_null(0)).alias("sum"), now.alias("max")))
    return Corrected(*(pl.concat([nothing, *parts]) for parts in (totals, windows)))


def _rows(at: pl.DataFrame, measure: str, value: pl.Series, sign: int) -> pl.DataFrame:
    """Make delta rows in the buckets of values, `sign` times each."""
    numbers = value.to_numpy()
    columns = {
        "window_ns": at["window_ns"],
        "series": at["series"],
        "measure": np.full(at.height, measure_numbers([measure])[0], dtype=np.uint8),
        "bucket": buckets(numbers),
        "le": np.searchsorted(_BOUNDS[measure], numbers, side="left").astype(np.uint8),
        "count": np.full(at.height, sign, dtype=np.int64),
        "sum": value * sign,
        "max": value,
    }
    return pl.DataFrame(columns, schema=DELTA)

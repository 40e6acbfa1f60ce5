"""What late spans add to runs that were counted: sums grow, no count goes back."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from spanwise_collector.rollup.fold import DELTA, MEASURED, WINDOW_NS, measure_numbers
from spanwise_collector.rollup.series import SeriesBook
from spanwise_collector.rollup.sketch import buckets
from spanwise_schema.measures import DIMENSIONS, MEASURES
from spanwise_schema.metrics import METRICS

_BOUNDS: Final = {
    metric.measure: np.array(metric.buckets) * MEASURES[metric.measure].atom for metric in METRICS if metric.measure
}


def correct(before: pl.DataFrame, after: pl.DataFrame, book: SeriesBook) -> pl.DataFrame:
    """Give the delta rows that bring runs from what was counted to what they have now: columns DELTA.

    A number that was not known is counted; one that grew adds to the sum and may be the new maximum, in the window,
    series and bucket in which it was counted: quantiles stay.

    Args:
        before: columns RUN, as they were counted.
        after: columns RUN, the same runs in the same order; nothing is less.
        book: numbers the series.
    """
    if not before.height:
        return pl.DataFrame(schema=DELTA)
    missing = [pl.lit(None, pl.String).alias(d) for d in DIMENSIONS if d not in before.columns]
    series = book.number(before.with_columns(missing))
    window = before["end_ns"] // WINDOW_NS * WINDOW_NS
    parts: list[pl.DataFrame] = []
    for measure, column in MEASURED["run"].items():
        was, now = before[column], after[column]
        value = was.fill_null(now).fill_null(0).to_numpy()
        columns = {
            "window_ns": window,
            "series": series,
            "measure": np.full(before.height, measure_numbers([measure])[0], dtype=np.uint8),
            "bucket": buckets(value).astype(np.int16),
            "le": np.searchsorted(_BOUNDS[measure], value, side="left").astype(np.uint8),
            "count": was.is_null().cast(pl.Int64),
            "sum": now - was.fill_null(0),
            "max": now,
        }
        parts.append(pl.DataFrame(columns, schema=DELTA).filter(now.is_not_null() & now.ne_missing(was)))
    return pl.concat(parts)

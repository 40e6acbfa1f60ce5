"""Fold calls and runs into delta rows: what a batch adds to each window, series, measure and bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

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


NEWEST: Final[dict[str, pl.DataType]] = {
    "measure": pl.UInt8(),
    "series": pl.UInt32(),
    "le": pl.UInt8(),
    "value": pl.Int64(),  # in atoms of the measure
    "end_ns": pl.Int64(),
    "trace_id": pl.Binary(),
    "span_id": pl.Binary(),
}


class Folded(NamedTuple):
    """What a batch adds.

    Attributes:
        delta: columns DELTA; one row for each window, series, measure, bucket and le.
        newest: columns NEWEST; of each measured latency, series and le the call that ended last.
    """

    delta: pl.DataFrame
    newest: pl.DataFrame


MEASURED: Final[dict[str, dict[str, str]]] = {
    "llm": {
        "llm.duration": "duration_ns",
        "llm.ttft": "ttft_ns",
        "llm.tokens.input": "input_tokens",
        "llm.tokens.output": "output_tokens",
        "llm.tokens.cache_read": "cache_read_tokens",
        "llm.cost": "cost_pico_usd",
        "llm.tokens.unpriced": "unpriced_tokens",
    },
    "tool": {"tool.duration": "duration_ns"},
    "run": {
        "run.duration": "duration_ns",
        "run.steps": "steps",
        "run.tokens": "tokens",
        "run.cost": "cost_pico_usd",
        "run.repeated_tool_calls": "repeated_tool_calls",
        "run.llm_share": "llm_share",
        "run.own_share": "own_share",
    },
}
"""category -> measure -> the column that holds it."""

_NUMBER: Final = {name: index for index, name in enumerate(RECORDED)}
_BOUNDS: Final[dict[str, npt.NDArray[np.float64]]] = {
    metric.measure: np.array(metric.buckets) * MEASURES[metric.measure].atom for metric in METRICS if metric.buckets
}
_IS_LATENCY: Final = np.array([name in _BOUNDS and MEASURES[name].unit == "s" for name in RECORDED])
_ROOM: Final = 2**63
_NONE: Final = -1  # stands for null; measured values are never negative
_UNPRICED: Final = pl.when(pl.col("cost_source") == "unpriced").then(
    pl.sum_horizontal("input_tokens", "output_tokens", ignore_nulls=True)
)
_COLUMNS: Final = sorted({column for of in MEASURED.values() for column in of.values()})
_READ: Final = tuple(dict.fromkeys((
    "category", "end_ns", "trace_id", "span_id", "cost_source", *DIMENSIONS, *_COLUMNS
)))  # fmt: skip
_Ints = npt.NDArray[np.int64]


class _Points(NamedTuple):
    """Measured values; `row` is where each came from."""

    row: _Ints
    series: _Ints
    measure: _Ints
    le: _Ints
    value: _Ints


def fold(frame: pl.DataFrame, book: SeriesBook, *more: pl.DataFrame) -> Folded:
    """Fold rows into what they add.

    Args:
        frame: `category` ("llm", "tool", "run"), `end_ns`, `trace_id`, `span_id`, the columns DIMENSIONS and the
            measured columns; other columns and rows of other categories are passed over.
        book: numbers the series.
        more: further such rows, which may have other columns; all at once takes less than one by one.
    """
    tables = [rows for rows in map(_measurable, (frame, *more)) if rows.height]
    found, first = list[_Points](), 0
    for rows in tables:
        found += [points._replace(row=points.row + first) for points in _points(rows, book)]
        first += rows.height
    if not found:
        return Folded(pl.DataFrame(schema=DELTA), pl.DataFrame(schema=NEWEST))
    points = _Points(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
    end_ns: _Ints = np.concatenate([rows["end_ns"].to_numpy() for rows in tables])[points.row]
    ids = pl.concat([rows.select("trace_id", "span_id") for rows in tables])
    return Folded(_merge(points, end_ns // WINDOW_NS), _newest(points, end_ns, ids))


def _measurable(frame: pl.DataFrame) -> pl.DataFrame:
    known = frame["category"].is_in(list(MEASURED))
    rows = frame.select(pl.col(*(name for name in _READ if name in frame.columns)).filter(known))
    return rows.with_columns(_UNPRICED.alias("unpriced_tokens")) if "cost_source" in rows.columns else rows


def _points(rows: pl.DataFrame, book: SeriesBook) -> list[_Points]:
    missing = [pl.lit(None, pl.String).alias(d) for d in DIMENSIONS if d not in rows.columns]
    numbers = rows.select(pl.col(c).cast(pl.Int64).fill_null(_NONE) for c in _COLUMNS if c in rows.columns)
    values: dict[str, _Ints] = {column.name: column.to_numpy() for column in numbers}
    series: _Ints = book.number(rows.with_columns(missing) if missing else rows).to_numpy().astype(np.int64)
    found = list[_Points]()
    for name, measures in MEASURED.items():
        of = np.flatnonzero((rows["category"] == name).to_numpy())
        for measure, column in measures.items() if len(of) else ():
            if column in values and len(row := of[values[column][of] != _NONE]):
                found.append(_measured(measure, values[column], row, series))
    return found


def _measured(measure: str, values: _Ints, row: _Ints, series: _Ints) -> _Points:
    value, bounds = values[row], _BOUNDS.get(measure)
    le = np.zeros_like(row) if bounds is None else np.searchsorted(bounds, value, side="left")
    return _Points(row, series[row], np.full_like(row, _NUMBER[measure]), le, value)


def _merge(points: _Points, window: _Ints) -> pl.DataFrame:
    """Add up what has the same window and key; whole numbers, so the order does not matter.

    A key is series, measure, bucket, le, from high to low bits.
    """
    bucket = buckets(points.value).astype(np.int64) - ZERO
    key = ((points.series * 32 + points.measure) * 4096 + bucket) * 32 + points.le
    order = _order(window, key)
    window, key, values = window[order], key[order], points.value[order]
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
    return _frame(columns)


def _order(window: _Ints, key: _Ints) -> _Ints:
    """Sort by window, then by key; as one number where both fit into one, which is several times as fast."""
    first, spread = int(window.min()), int(key.max()) + 1
    if (int(window.max()) - first + 1) * spread < _ROOM:
        return np.argsort((window - first) * spread + key)
    return np.lexsort((key, window))


def _frame(columns: dict[str, npt.NDArray[Any]]) -> pl.DataFrame:
    # a schema beside would be checked column by column, which takes longer than all the rest
    return pl.DataFrame([pl.Series(name, values) for name, values in columns.items()])


def _newest(points: _Points, end_ns: _Ints, ids: pl.DataFrame) -> pl.DataFrame:
    """Keep of each latency, series and le the point that ended last."""
    timed = np.flatnonzero(_IS_LATENCY[points.measure])
    key = (points.series[timed] * 32 + points.measure[timed]) * 32 + points.le[timed]
    keys, of = np.unique(key, return_inverse=True)
    newest = np.empty(len(keys), dtype=np.int64)
    oldest_first = np.argsort(end_ns[timed], kind="stable")
    newest[of[oldest_first]] = oldest_first  # what is put in a place last stays there
    last = timed[newest]
    columns = {
        "measure": points.measure[last].astype(np.uint8),
        "series": points.series[last].astype(np.uint32),
        "le": points.le[last].astype(np.uint8),
        "value": points.value[last],
        "end_ns": end_ns[last],
    }
    return _frame(columns).hstack(ids[points.row[last]])


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

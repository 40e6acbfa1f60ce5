"""Answer a question from delta rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from spanwise_collector.query import Point, Query, Series
from spanwise_collector.rollup.fold import measure_numbers
from spanwise_collector.rollup.sketch import quantile
from spanwise_schema.measures import NANO, QUANTILES

_COUNTED: Final = ("{call}", "{run}")
_POINTS_AT_ONCE: Final = 16


def answer(query: Query, rows: pl.DataFrame, series: pl.DataFrame) -> list[Series]:
    """Answer a question.

    Args:
        query: what is asked.
        rows: delta rows that cover at least the question's windows.
        series: what the rows' series numbers stand for: `series` and the columns DIMENSIONS.

    Returns:
        Series sorted by labels; only groups in which something was observed.
    """
    by = [str(dimension) for dimension in query.by]
    wanted = series.lazy()
    for dimension, values in query.where.items():
        wanted = wanted.filter(pl.col(dimension).is_in(list(values)))
    picked = (
        rows.lazy()
        .filter(pl.col("measure") == measure_numbers([query.measure.source])[0])
        .join(wanted.with_columns((pl.col("error_type") != "").alias("failed")), on="series")
        .collect()
    )
    values = [_values(part, _merged(part, picked, by), by) for part in _parts(query)]
    return list(_series(query, pl.concat(values).sort([*by, "at_ns"])))


def _parts(query: Query) -> list[Query]:
    """Cut a question whose points overlap into questions of a few points: a row counts for each point it lies in."""
    if query.window_ns <= query.step_ns or query.points <= _POINTS_AT_ONCE:
        return [query]
    starts = range(0, query.points, _POINTS_AT_ONCE)
    return [
        replace(query, start_ns=query.start_ns + n * query.step_ns, points=min(_POINTS_AT_ONCE, query.points - n))
        for n in starts
    ]


def _merged(query: Query, rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    return (
        _place(query, rows)
        .group_by([*by, "point", "bucket"])
        .agg(
            pl.col("count").sum(),
            pl.col("sum").sum(),
            pl.col("max").max(),
            pl.col("count").filter(pl.col("failed")).sum().alias("failed"),
        )
    )


def _place(query: Query, rows: pl.DataFrame) -> pl.DataFrame:
    """Say which points a row's window counts for; one row for each of them, in column `point`."""
    if not query.step_ns:
        return rows.with_columns(pl.lit(0, pl.Int64).alias("point"))
    since_ns = pl.col("window_ns") - query.start_ns
    # Point i looks at the windows that begin in [start + i*step - window, start + i*step).
    first = (since_ns.floordiv(query.step_ns) + 1).clip(0)
    last = (since_ns + query.window_ns).floordiv(query.step_ns).clip(None, query.points - 1)
    placed = rows.with_columns(pl.int_ranges(first, last + 1).alias("point"))
    return placed.explode("point").drop_nulls("point")


def _values(query: Query, merged: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Give `by`, `at_ns`, `seen` and `value` for each point in which something was observed."""
    groups = [*by, "point"]
    atom, seconds = query.measure.atom, query.window_ns / NANO
    totals = merged.group_by(groups).agg(
        pl.col("count").sum().alias("seen"), pl.col("failed").sum(), pl.col("sum").sum(), pl.col("max").max()
    )
    quantity = _quantity(query)
    match query.stat:
        case "count" | "sum":
            value = quantity if query.stat == "sum" or query.measure.unit == "{error}" else pl.col("seen")
        case "rate":
            value = quantity / seconds
        case "mean":
            value = pl.col("sum") / pl.col("seen") / atom
        case "max":
            value = pl.col("max") / atom
        case "ratio":
            value = pl.col("failed") / pl.col("seen")
        case _:
            found = quantile(merged, groups, QUANTILES[query.stat])
            totals = totals.join(found, on=groups, nulls_equal=True)
            value = pl.col("value") / atom
    at_ns = query.start_ns + pl.col("point") * query.step_ns
    return totals.select(*by, at_ns.alias("at_ns"), "seen", value.cast(pl.Float64).alias("value"))


def _quantity(query: Query) -> pl.Expr:
    """Give what `sum` adds up: calls and runs are counted, errors are the failed ones, all else has a sum."""
    if query.measure.unit == "{error}":
        return pl.col("failed")
    if query.measure.unit in _COUNTED:
        return pl.col("seen")
    return pl.col("sum") / query.measure.atom


def _series(query: Query, values: pl.DataFrame) -> Iterator[Series]:
    by = [str(dimension) for dimension in query.by]
    groups: dict[tuple[str, ...], list[Point]] = {}
    for row in values.iter_rows(named=True):
        point = Point(row["at_ns"], row["value"], row["seen"])
        groups.setdefault(tuple(row[name] for name in by), []).append(point)
    for labels, points in groups.items():
        named: Mapping[str, str] = dict(zip(by, labels, strict=True))
        yield Series(named, tuple(points))

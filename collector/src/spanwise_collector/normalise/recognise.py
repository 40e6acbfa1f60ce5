"""Which dialect each span speaks: by its scope, its resource and the keys that only one dialect has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import polars as pl

from spanwise_collector.normalise.dialect import fits
from spanwise_collector.normalise.registry import DIALECTS, NO_DIALECT, of_scope
from spanwise_collector.normalise.spelling import translated
from spanwise_schema.columns import ATTRIBUTE, RESOURCE

PLACE: Final = "dialect_place"
"""The column that holds the dialect's place in `DIALECTS`."""


def recognise(frame: pl.DataFrame, present: tuple[str, ...]) -> pl.DataFrame:
    """Add PLACE to a frame with `scope_name` and these sparse columns: of several dialects the first in order."""
    scopes = frame["scope_name"].unique().drop_nulls().to_list()
    places = {scope: place for scope in scopes if (place := of_scope(scope)) != NO_DIALECT}
    found = list(_marked(present))
    if places:
        found.append(translated(pl.col("scope_name"), places, pl.UInt8))
    if not found:
        return frame.hstack([pl.repeat(NO_DIALECT, frame.height, dtype=pl.UInt8, eager=True).alias(PLACE)])
    # beside hundreds of columns that stay as they are, `with_columns` takes longer than the work
    return frame.hstack(frame.select(pl.min_horizontal(found).fill_null(NO_DIALECT).alias(PLACE)))


def name() -> pl.Expr:
    """Name the dialect in PLACE; null where there is none."""
    names = pl.Series([dialect.name for dialect in DIALECTS])
    place = pl.col(PLACE)
    return pl.lit(names).gather(pl.when(place != NO_DIALECT).then(place)).alias("dialect")


@lru_cache(256)
def _marked(present: tuple[str, ...]) -> tuple[pl.Expr, ...]:
    made: list[pl.Expr] = []
    for place, dialect in enumerate(DIALECTS):
        marks = [
            pl.col(column).is_not_null()
            for column in present
            if any(fits(ATTRIBUTE + key, column) for key in dialect.keys)
        ]
        marks += _valued(ATTRIBUTE, dialect.values, present)
        marks += _valued(RESOURCE, dialect.resource, present)
        if marks:
            made.append(pl.when(pl.any_horizontal(marks)).then(pl.lit(place, pl.UInt8)))
    return tuple(made)


def _valued(of: str, values: Mapping[str, tuple[str, ...]], present: tuple[str, ...]) -> Iterator[pl.Expr]:
    for key, patterns in values.items():
        if of + key in present:
            column = pl.col(of + key)
            for pattern in patterns:
                yield column.str.starts_with(pattern[:-1]) if pattern.endswith("*") else column == pattern

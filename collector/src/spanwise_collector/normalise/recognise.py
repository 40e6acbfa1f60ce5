"""Which dialect each span speaks: by its scope, its resource and the keys that only one dialect has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from spanwise_collector.normalise.dialect import fits
from spanwise_collector.normalise.registry import DIALECTS, NO_DIALECT, of_scope
from spanwise_collector.normalise.spelling import translated
from spanwise_schema.columns import ATTRIBUTE, RESOURCE

Places = npt.NDArray[np.uint8]

PLACE: Final = "dialect_place"
"""The column that holds the dialect's place in `DIALECTS`."""


def recognise(frame: pl.DataFrame, present: tuple[str, ...]) -> pl.DataFrame:
    """Add PLACE to a frame with `scope_name` and these sparse columns: of several dialects the first in order."""
    scopes = frame["scope_name"].unique().drop_nulls().to_list()
    places = {scope: place for scope in scopes if (place := of_scope(scope)) != NO_DIALECT}
    found = np.full(frame.height, NO_DIALECT, np.uint8)
    if places:
        by_scope = frame.select(translated(pl.col("scope_name"), places, pl.UInt8).fill_null(NO_DIALECT))
        found = by_scope.to_series().to_numpy(writable=True)
    last = int(found.max(initial=0))  # what comes later in the order need not be looked for
    marks, values = _marks(present)
    for columns, places_of in _by_type(frame, {name: place for name, place in marks.items() if place < last}):
        # found in one go, as most have hardly any value
        cells = pl.concat(columns, rechunk=False).is_not_null().arg_true().to_numpy()
        np.minimum.at(found, cells % frame.height, places_of[cells // frame.height])
    asked = {place: told for place, told in values.items() if place < last}
    for place, told in zip(asked, frame.select(asked.values()), strict=True):
        np.minimum(found, place, out=found, where=told.to_numpy())
    return frame.hstack([pl.Series(PLACE, found)])


def name() -> pl.Expr:
    """Name the dialect in PLACE; null where there is none."""
    names = pl.Series([dialect.name for dialect in DIALECTS])
    place = pl.col(PLACE)
    return pl.lit(names).gather(pl.when(place != NO_DIALECT).then(place)).alias("dialect")


@lru_cache(256)
def _marks(present: tuple[str, ...]) -> tuple[Mapping[str, int], Mapping[int, pl.Expr]]:
    """Give the columns whose values tell a dialect by being there, and of dialects what tells them by what it is."""
    keys: dict[str, int] = {}
    values: dict[int, pl.Expr] = {}
    for place, dialect in enumerate(DIALECTS):
        for column in present:
            if any(fits(ATTRIBUTE + key, column) for key in dialect.keys):
                keys.setdefault(column, place)
        asked = [*_valued(ATTRIBUTE, dialect.values, present), *_valued(RESOURCE, dialect.resource, present)]
        if asked:
            values[place] = pl.any_horizontal(asked).fill_null(value=False).alias(dialect.name)
    return keys, values


def _by_type(frame: pl.DataFrame, marks: Mapping[str, int]) -> Iterator[tuple[list[pl.Series], Places]]:
    by_type: dict[pl.DataType, list[pl.Series]] = {}
    for column in map(frame.get_column, marks):
        by_type.setdefault(column.dtype, []).append(column)
    for columns in by_type.values():
        yield columns, np.array([marks[column.name] for column in columns], np.uint8)


def _valued(of: str, values: Mapping[str, tuple[str, ...]], present: tuple[str, ...]) -> Iterator[pl.Expr]:
    for key, patterns in values.items():
        if of + key in present:
            column = pl.col(of + key)
            for pattern in patterns:
                yield column.str.starts_with(pattern[:-1]) if pattern.endswith("*") else column == pattern

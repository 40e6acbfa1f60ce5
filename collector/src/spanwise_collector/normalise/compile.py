"""Turn the dialect tables into Polars expressions over the sparse columns that a batch has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl

from spanwise_collector.normalise.dialect import CHECKS, Source, Take
from spanwise_collector.normalise.registry import DIALECTS, SOURCES
from spanwise_schema.columns import ATTRIBUTE, CALL, Kind

MOST_TOKENS: Final = 1_000_000_000
"""More tokens than any call has; a greater number is a fault, and sums stay far from the end of 64 bits."""

_LONGEST_S: Final = 1_000_000_000.0

DTYPE: Final[dict[Kind, type[pl.DataType]]] = {
    "bytes": pl.Binary,
    "str": pl.String,
    "i64": pl.Int64,
    "f64": pl.Float64,
    "bool": pl.Boolean,
}

_TAKE: Final[dict[Take, Callable[[pl.Expr], pl.Expr]]] = {
    "as_is": lambda value: value,
    "first": lambda value: value.list.get(0, null_on_oob=True),
    "before_comma": lambda value: value.str.extract(r"^\s*([^,]*?)\s*(?:,|$)"),
    "seconds": lambda value: (value * 1e9).round().cast(pl.Int64, strict=False),
}

READ: Final[frozenset[str]] = frozenset(source.column for sources in SOURCES.values() for source in sources)
"""The sparse columns that some table names."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to compute from the sparse columns of one batch.

    Attributes:
        columns: one expression per column of CALL and CHECKS that a key may hold.
        faults: one expression per numeric column present: how many of its values are out of range.
        dialect: names the dialect of a span.
    """

    columns: tuple[pl.Expr, ...]
    faults: tuple[pl.Expr, ...]
    dialect: pl.Expr


@lru_cache(256)
def plan(present: tuple[str, ...]) -> Plan:
    """Compile the tables for a batch that has just these sparse columns."""
    have = frozenset(present)
    columns = [
        _coalesced(name, [source for source in sources if source.column in have]) for name, sources in SOURCES.items()
    ]
    numeric = {
        source.column: source
        for sources in SOURCES.values()
        for source in sources
        if source.column in have and source.kind in ("i64", "f64")
    }
    faults = [
        (pl.col(name).is_not_null() & ~_in_range(source)).sum().alias(source.key) for name, source in numeric.items()
    ]
    return Plan(tuple(columns), tuple(faults), _dialect(present))


def _coalesced(name: str, sources: list[Source]) -> pl.Expr:
    dtype = DTYPE[CALL[name] if name in CALL else CHECKS[name]]
    values = [_value(source) for source in sources]
    if not values:
        return pl.lit(None, dtype).alias(name)
    return (values[0] if len(values) == 1 else pl.coalesce(values)).alias(name)


def _value(source: Source) -> pl.Expr:
    column = pl.col(source.column)
    if source.kind in ("i64", "f64"):
        return _TAKE[source.take](pl.when(_in_range(source)).then(column))
    taken = _TAKE[source.take](column)
    return taken if source.kind == "bool" else pl.when(taken != "").then(taken)


def _in_range(source: Source) -> pl.Expr:
    return pl.col(source.column).is_between(0, MOST_TOKENS if source.kind == "i64" else _LONGEST_S)


def _dialect(present: tuple[str, ...]) -> pl.Expr:
    found = pl.lit(None, pl.String)
    for dialect in reversed(DIALECTS):
        prefixes = tuple(ATTRIBUTE + mark for mark in dialect.marks)
        marked = [pl.col(name).is_not_null() for name in present if prefixes and name.startswith(prefixes)]
        if marked:
            found = pl.when(pl.any_horizontal(marked)).then(pl.lit(dialect.name)).otherwise(found)
    return found.alias("dialect")

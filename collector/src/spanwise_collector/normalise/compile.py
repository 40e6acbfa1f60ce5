"""Turn the dialect tables into Polars expressions over the sparse columns that a batch has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl

from spanwise_collector.normalise.dialect import CHECKS, Source, Take
from spanwise_collector.normalise.recognise import PLACE
from spanwise_collector.normalise.registry import SOURCES
from spanwise_schema.columns import CALL, Kind

MOST_TOKENS: Final = 1_000_000_000
"""More tokens than any call has; a greater number is a fault, and sums stay far from the end of 64 bits."""

_LONGEST: Final[dict[Take, float]] = {"as_is": 1e9, "seconds": 1e9, "milliseconds": 1e12}
_LONGEST_TEXT_BYTES: Final = 65_536
"""A JSON text beyond that is content, which is not worth reading for a number."""

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
    "unquoted": lambda value: value.str.strip_chars('"'),
    "seconds": lambda value: (value * 1e9).round().cast(pl.Int64, strict=False),
    "milliseconds": lambda value: (value * 1e6).round().cast(pl.Int64, strict=False),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to compute from the sparse columns of one batch, beside which dialect each span speaks.

    Attributes:
        columns: one expression per column of CALL and CHECKS that a key may hold.
        faults: one expression per key that holds numbers: how many of its values are none, or out of range.
    """

    columns: tuple[pl.Expr, ...]
    faults: tuple[pl.Expr, ...]


@lru_cache(256)
def plan(present: tuple[str, ...]) -> Plan:
    """Compile the tables for a batch that has just these sparse columns."""
    have = frozenset(present)
    columns: list[pl.Expr] = []
    faults: dict[str, list[pl.Expr]] = {}
    for name, rows in SOURCES.items():
        dtype = DTYPE[(CALL | CHECKS)[name]]
        here = [row for row in rows if {row[1].column, row[1].condition or row[1].column} <= have]
        columns.append(_coalesced([_value(*row, dtype) for row in here], dtype).alias(name))
        for row in here:
            if (fault := _fault(*row, dtype)) is not None:
                faults.setdefault(row[1].key, []).append(fault)
    counted = [pl.any_horizontal(of_key).sum().alias(key) for key, of_key in faults.items()]
    return Plan(tuple(columns), tuple(counted))


def _coalesced(values: list[pl.Expr], dtype: type[pl.DataType]) -> pl.Expr:
    if not values:
        return pl.lit(None, dtype)
    return values[0] if len(values) == 1 else pl.coalesce(values)


def _value(place: int, source: Source, dtype: type[pl.DataType]) -> pl.Expr:
    """Give what a source says about a column of this type: null where it says nothing that can be."""
    if dtype.is_numeric():
        number = _number(source)
        value = _TAKE[source.take](pl.when(_in_range(source, number)).then(number))
    elif source.kind == "bool":
        value = pl.col(source.column)
    else:
        taken = _meant(source, _TAKE[source.take](_within(source)))
        value = pl.when(taken != "").then(taken)
    counts = _where(place, source)
    return value if counts is None else pl.when(counts).then(value)


def _where(place: int, source: Source) -> pl.Expr | None:
    """Say on which spans a source counts; null for all of them."""
    asked: list[pl.Expr] = []
    if source.own:
        asked.append(pl.col(PLACE) == place)
    if source.when is not None and source.condition is not None:
        asked.append(pl.col(source.condition) == source.when[1])
    return pl.all_horizontal(asked) if asked else None


def _within(source: Source) -> pl.Expr:
    column = pl.col(source.column)
    if source.path:
        return pl.when(_is_json(column)).then(column).str.json_path_match(source.path)
    return column.str.extract(source.pattern) if source.pattern else column


def _is_json(column: pl.Expr) -> pl.Expr:
    return column.str.starts_with("{") & (column.str.len_bytes() <= _LONGEST_TEXT_BYTES)


def _meant(source: Source, word: pl.Expr) -> pl.Expr:
    if not source.means:
        return word
    old, new = list(source.means), list(source.means.values())
    return word.replace_strict(old, new, default=None) if source.only_known else word.replace(old, new)


def _number(source: Source) -> pl.Expr:
    return _within(source).cast(pl.Int64, strict=False) if source.kind == "str" else pl.col(source.column)


def _in_range(source: Source, number: pl.Expr) -> pl.Expr:
    return number.is_between(0, MOST_TOKENS if source.kind in ("i64", "str") else _LONGEST[source.take])


def _fault(place: int, source: Source, dtype: type[pl.DataType]) -> pl.Expr | None:
    """Say where a source should tell a number and tells none that can be; null for a source of texts."""
    if not dtype.is_numeric():
        return None
    column = pl.col(source.column)
    wrong = column.is_not_null() & ~_in_range(source, _number(source))
    if source.path:
        within = _within(source)
        wrong = (column.is_not_null() & ~_is_json(column)) | (within.is_not_null() & ~_sound(source))
    elif source.pattern:
        wrong = _within(source).is_not_null() & ~_sound(source)
    counts = _where(place, source)
    return (wrong if counts is None else wrong & counts).fill_null(value=False)


def _sound(source: Source) -> pl.Expr:
    return _in_range(source, _number(source)).fill_null(value=False)

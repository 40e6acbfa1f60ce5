"""Turn the dialect tables into Polars expressions over the sparse columns that a batch has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl

from spanwise_collector.normalise.dialect import CHECKS, Source, Take
from spanwise_collector.normalise.recognise import PLACE
from spanwise_collector.normalise.registry import SOURCES
from spanwise_collector.normalise.spelling import translated
from spanwise_schema.columns import CALL, Kind
from spanwise_schema.money import PICO_PER_USD

MOST_TOKENS: Final = 1_000_000_000
"""More tokens than any call has; a greater number is a fault, and sums stay far from the end of 64 bits."""

_GREATEST: Final[dict[Take, float]] = {"seconds": 1e9, "milliseconds": 1e12, "usd": 1e4}
_MOST: Final[dict[str, float]] = {
    source.within: _GREATEST.get(source.take, MOST_TOKENS)
    for name, rows in SOURCES.items()
    for _, source in rows
    if (CALL | CHECKS)[name] in ("i64", "f64") and not source.pattern
}
"""The greatest number that each numeric column may hold."""

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
    # Emitters that know no price write 0, so that a cost of nothing tells nothing.
    "usd": lambda value: pl.when(value > 0).then((value * PICO_PER_USD).round().cast(pl.Int64, strict=False)),
}


COMPILED: Final = frozenset(
    name for rows in SOURCES.values() for _, source in rows for name in (source.within, source.condition) if name
)
"""The columns that a plan may read."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to compute from the sparse columns of one batch, beside which dialect each span speaks.

    Attributes:
        columns: one expression per column of CALL and CHECKS that a key may hold. A text is empty where it is from
            the best key: that costs much less than to ask at each key.
        careful: column of texts -> the expression that asks the next key where a text is empty.
        faults: one expression per key of the numbers that are out of range: how many of them.
    """

    columns: tuple[pl.Expr, ...]
    careful: Mapping[str, pl.Expr]
    faults: tuple[pl.Expr, ...]


def out_of_range(frame: pl.DataFrame) -> frozenset[str]:
    """Name the sparse columns that have a number beyond their range, of which there are hardly ever any."""
    numbers = [name for name in frame.columns if name in _MOST]
    if not numbers:
        return frozenset()
    least, most = frame.select(pl.col(numbers).min()).row(0), frame.select(pl.col(numbers).max()).row(0)
    return frozenset(
        name
        for name, low, high in zip(numbers, least, most, strict=True)
        if low is not None and not (low >= 0 and high <= _MOST[name])
    )


@lru_cache(256)
def plan(present: tuple[str, ...], beyond: frozenset[str]) -> Plan:
    """Compile the tables for a batch that has just these sparse columns, some with numbers beyond their range."""
    have = frozenset(present)
    columns: list[pl.Expr] = []
    careful: dict[str, pl.Expr] = {}
    faults: dict[str, list[pl.Expr]] = {}
    for name, rows in SOURCES.items():
        dtype = DTYPE[(CALL | CHECKS)[name]]
        here = [row for row in rows if {row[1].within, row[1].condition or row[1].within} <= have]
        columns.append(_coalesced([_value(*row, dtype, beyond) for row in here], dtype).alias(name))
        if here and dtype == pl.String:
            values = [_value(*row, dtype, beyond, empty=False) for row in here]
            careful[name] = _coalesced(values, dtype).alias(name)
        for place, source in here:
            if source.within in beyond:
                wrong = ~_in_range(source, pl.col(source.within))
                faults.setdefault(source.key, []).append(_where(wrong, place, source))
    return Plan(
        tuple(columns), careful, tuple(pl.any_horizontal(wrong).sum().alias(key) for key, wrong in faults.items())
    )


def without_empty(chosen: pl.DataFrame, asked: pl.DataFrame, careful: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Ask again, of `asked`, for the columns that have an empty text."""
    texts = [chosen[name] for name in careful]
    if not texts or not (pl.concat(texts, rechunk=False) == "").any():
        return chosen
    return chosen.with_columns(asked.select(careful[text.name] for text in texts if (text == "").any()))


def _coalesced(values: list[pl.Expr], dtype: type[pl.DataType]) -> pl.Expr:
    if not values:
        return pl.lit(None, dtype)
    return values[0] if len(values) == 1 else pl.coalesce(values)


def _value(
    place: int, source: Source, dtype: type[pl.DataType], beyond: frozenset[str], *, empty: bool = True
) -> pl.Expr:
    """Give what a source says about a column of this type: null where it says nothing that can be, but for `empty`."""
    column = pl.col(source.within)
    if source.pattern:
        value = column.str.extract(source.pattern)
        if dtype.is_numeric():
            number = value.cast(dtype, strict=False)
            value = pl.when(number.is_between(0, MOST_TOKENS)).then(number)
        else:
            value = _meant(source, value)
    elif dtype.is_numeric():
        value = _TAKE[source.take](
            pl.when(_in_range(source, column)).then(column) if source.within in beyond else column
        )
    elif source.kind == "bool":
        value = column
    else:
        value = _meant(source, _TAKE[source.take](column))
        value = value if empty else pl.when(value != "").then(value)
    return _where(value, place, source)


def _where(value: pl.Expr, place: int, source: Source) -> pl.Expr:
    """Give a value on those spans where its source counts, null elsewhere."""
    asked: list[pl.Expr] = []
    if source.own:
        asked.append(pl.col(PLACE) == place)
    if source.when is not None and source.condition is not None:
        asked.append(pl.col(source.condition) == source.when[1])
    return pl.when(*asked).then(value) if asked else value


def _meant(source: Source, word: pl.Expr) -> pl.Expr:
    if not source.means:
        return word
    known = translated(word, source.means)
    return known if source.only_known else pl.coalesce(known, word)


def _in_range(source: Source, number: pl.Expr) -> pl.Expr:
    return number.is_between(0, _MOST[source.within])

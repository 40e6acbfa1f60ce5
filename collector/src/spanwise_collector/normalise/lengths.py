"""Texts that are too long to be a name: they would be labels of metrics, in every scrape."""

from __future__ import annotations

from collections import Counter
from typing import Final

import polars as pl

from spanwise_collector.normalise.dialect import CHECKS, Source
from spanwise_collector.normalise.registry import SOURCES
from spanwise_schema.columns import CALL

LONGEST_BYTES: Final = 1_024
"""No name of a model, an agent, a tool, a conversation, … is longer; a longer text is null, and a fault of its key."""
EXCEPTION: Final = "event.exception.type"
"""The column that holds the type of a span's exception."""

_CONTENT: Final = frozenset({"tool_arguments", "tool_result"})  # of which only a digest is kept
_NAMES: Final = tuple(name for name in SOURCES if (CALL | CHECKS)[name] == "str" and name not in _CONTENT)


def too_long(mapped: pl.DataFrame) -> list[str]:
    """Name the columns of `mapped` (those of CALL and CHECKS, and EXCEPTION) that hold a text that is no name."""
    names = (*_NAMES, EXCEPTION)
    longest = mapped.select(pl.col(names).str.len_bytes().max()).row(0)
    return [name for name, length in zip(names, longest, strict=True) if length is not None and length > LONGEST_BYTES]


def without_long(asked: pl.DataFrame, names: list[str]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Make null what is too long in the sparse columns that may hold these columns; count it by its key."""
    columns = {EXCEPTION: "exception.type"} if EXCEPTION in names else {}
    for name in names:
        columns |= {source.within: source.key for _, source in SOURCES.get(name, ()) if _holds(source, asked)}
    is_long = asked.select(_is_long(column, asked.schema[column]) for column in columns)
    faults = Counter[str]()
    for column, key in columns.items():
        faults[key] += int(is_long[column].sum())
    short = (pl.when(~is_long[column]).then(pl.col(column)).alias(column) for column in columns)
    return asked.with_columns(short), dict(+faults)


def _holds(source: Source, asked: pl.DataFrame) -> bool:
    """Tell whether a source's text becomes the column's as it is."""
    return source.within in asked.columns and not source.pattern


def _is_long(column: str, dtype: pl.DataType) -> pl.Expr:
    text = pl.col(column).list.get(0, null_on_oob=True) if isinstance(dtype, pl.List) else pl.col(column)
    return (text.str.len_bytes() > LONGEST_BYTES).fill_null(value=False)

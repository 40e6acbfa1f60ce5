"""Values that lie within JSON texts, as columns of their own."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from spanwise_collector.normalise.dialect import CHECKS, Source
from spanwise_collector.normalise.registry import SOURCES
from spanwise_schema.columns import CALL

_LONGEST: Final = 65_536
"""Characters of a text; a longer one is content, which is not worth reading for a number."""
_MOST_DIGITS: Final = 18

_Value = str | int | float | None
_Rows = npt.NDArray[np.int64]


def _asked() -> dict[str, dict[str, Source]]:
    asked: dict[str, dict[str, Source]] = {}
    for name, rows in SOURCES.items():
        for _, source in rows:
            if source.path:
                kind = (CALL | CHECKS)[name]
                if kind not in ("i64", "str"):
                    raise ValueError(f"{source.key} {source.path}: a JSON text gives numbers and texts, not {kind}")
                asked.setdefault(source.column, {})[source.within] = source
    return asked


_COUNTS: Final = frozenset(
    source.within
    for name, rows in SOURCES.items()
    for _, source in rows
    if source.path and source.take == "as_is" and (CALL | CHECKS)[name] == "i64"
)
_COSTS: Final = frozenset(source.within for rows in SOURCES.values() for _, source in rows if source.take == "usd")
_ASKED: Final = _asked()


def unfold(frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Add a column for each place in a JSON text that a table names and that tells something.

    Gives also, by key, how many texts are no JSON object, or hold something else where a number belongs.
    """
    columns = [frame[name] for name in frame.columns if name in _ASKED]
    if not columns:
        return frame, {}
    made: list[pl.Series] = []
    faults: dict[str, int] = {}
    for column, rows, texts in _apart(columns, frame.height):
        asked = _ASKED[column]
        told, wrong = _columns(rows, texts, asked, frame.height)
        made += told
        if wrong:
            faults[next(iter(asked.values())).key] = wrong
    return frame.hstack(made) if made else frame, faults


def _apart(columns: Sequence[pl.Series], height: int) -> Iterator[tuple[str, _Rows, list[str]]]:
    """Give the name of each column, the rows that have a text, and the texts; found in one go, as most have none."""
    whole = pl.concat(columns, rechunk=False)
    found = whole.is_not_null().arg_true().to_numpy().astype(np.int64)
    texts = cast("list[str]", whole.drop_nulls().to_list())
    first = 0
    for number, column in enumerate(columns):
        end = int(np.searchsorted(found, (number + 1) * height))
        yield column.name, found[first:end] - number * height, texts[first:end]
        first = end


def _columns(
    rows: _Rows, texts: Sequence[str], asked: Mapping[str, Source], height: int
) -> tuple[list[pl.Series], int]:
    names = list(asked)
    paths = [source.path.removeprefix("$.").split(".") for source in asked.values()]
    place: dict[str, int] = {}
    read: list[tuple[list[_Value], bool]] = [([None] * len(names), False)]
    places: list[int] = []
    for text in texts:
        if text not in place:
            place[text] = len(read)
            read.append(_read(text, names, paths))
        places.append(place[text])
    at = np.zeros(height, np.uint32)
    at[rows] = places
    told = {name: [values[index] for values, _ in read] for index, name in enumerate(names)}
    tells = [name for name, values in told.items() if any(value is not None for value in values)]
    distinct = pl.DataFrame([pl.Series(name, told[name], dtype=_dtype(name)) for name in tells])
    columns = distinct[pl.Series(at)].get_columns() if tells else []
    return columns, sum(read[row][1] for row in places)


def _dtype(name: str) -> type[pl.DataType]:
    return pl.Int64 if name in _COUNTS else pl.Float64 if name in _COSTS else pl.String


def _read(text: str, names: Sequence[str], paths: Sequence[Sequence[str]]) -> tuple[list[_Value], bool]:
    """Read the values of a text, and whether something in it is none that it should be."""
    nothing: list[_Value] = [None] * len(names)
    if len(text) > _LONGEST:
        return nothing, True
    try:
        told = cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return nothing, True
    if not isinstance(told, dict):
        return nothing, True
    found = list(_found(cast("dict[str, object]", told), names, paths))
    return [value for value, _ in found], any(is_wrong for _, is_wrong in found)


def _found(
    told: Mapping[str, object], names: Sequence[str], paths: Sequence[Sequence[str]]
) -> Iterator[tuple[_Value, bool]]:
    for name, path in zip(names, paths, strict=True):
        value = _at(told, path)
        if name in _COUNTS or name in _COSTS:
            number = _count(value) if name in _COUNTS else _cost(value)
            yield number, number is None and value is not None
        else:
            yield value if isinstance(value, str) else None, False


def _at(told: object, path: Sequence[str]) -> object:
    for step in path:
        if isinstance(told, dict):
            told = cast("dict[str, object]", told).get(step)
        else:  # `0` is the first of a list
            told = cast("list[object]", told)[0] if isinstance(told, list) and told and step == "0" else None
    return told


def _count(value: object) -> int | None:
    """Read a count that fits 64 bits; it may be told as text or with a fraction of nothing."""
    match value:
        case bool():
            return None
        case int():
            return value if abs(value) < 10**_MOST_DIGITS else None
        case float():
            return int(value) if value.is_integer() and abs(value) < 10**_MOST_DIGITS else None
        case str():
            return int(value) if value.isdecimal() and len(value) <= _MOST_DIGITS else None
        case _:
            return None


def _cost(value: object) -> float | None:
    """Read a finite number, which may be told as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None

"""Columns of attributes: rows and values are collected only for keys that a request has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final, cast

import polars as pl
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from spanwise_collector.decode.values import NoSuchValue, Value, read
from spanwise_schema.columns import Kind

DTYPE: Final[dict[Kind, pl.DataType]] = {
    "bytes": pl.Binary(),
    "str": pl.String(),
    "i64": pl.Int64(),
    "f64": pl.Float64(),
    "bool": pl.Boolean(),
    "strings": pl.List(pl.String()),
}
_REMEMBERED_BYTES: Final = 256  # a longer attribute is a text, which hardly repeats
_REMEMBERED: Final = 50_000  # bounds the memory that a request of distinct attributes takes

_AS_IS: Final[dict[Kind, Callable[[AnyValue], Value]]] = {
    "str": attrgetter("string_value"),
    "i64": attrgetter("int_value"),
}
"""How to read what most values are; falsy where the value is another one, or unset."""

Put = tuple[Callable[[int], None], Callable[[Value | None], None], Value | None]
"""What to do with an attribute: append the row to the first, the value to the second."""


class Column:
    """One key's column: where it has values, and which."""

    __slots__ = ("add_row", "add_value", "as_is", "faults", "kind", "rows", "values")

    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind
        self.faults = 0
        self.rows: list[int] = []
        self.values: list[Value | None] = []
        self.add_row = self.rows.append
        self.add_value = self.values.append
        self.as_is = _AS_IS.get(kind)

    def put(self, value: AnyValue) -> Put:
        """Say what to do for a row whose attribute has this value."""
        if self.as_is is not None and (plain := self.as_is(value)):
            return self.add_row, self.add_value, plain
        try:
            return self.add_row, self.add_value, read(value, self.kind)
        except NoSuchValue:
            return self.add_row, self._add_fault, None

    def _add_fault(self, _: Value | None) -> None:
        self.values.append(None)
        self.faults += 1

    def series(self, name: str, height: int) -> pl.Series:
        """Scatter the values over a full column; of a key that a row has twice the last one stays."""
        if self.kind == "strings":
            return self._lists(name, height)
        full: list[Any] = [None] * height
        for row, value in zip(self.rows, self.values, strict=True):
            full[row] = value
        return pl.Series(name, full, dtype=DTYPE[self.kind])

    def _lists(self, name: str, height: int) -> pl.Series:
        """Make a column of lists: Polars takes 20 us for one, so each different one is made once."""
        place: dict[Any, int] = {None: 0}
        at = [0] * height
        for row, value in zip(self.rows, self.values, strict=True):
            key = None if value is None else tuple(cast("list[str]", value))
            at[row] = place.setdefault(key, len(place))
        different = pl.Series(name, list(place), dtype=DTYPE["strings"])
        return different[pl.Series(at, dtype=pl.UInt32)]


class Attributes(dict[bytes, "Put | tuple[()]"]):
    """What to do with each attribute, by its bytes; an empty tuple where the key is not wanted.

    Looking up an attribute that was not seen before parses it. Raises google.protobuf.message.DecodeError.
    """

    def __init__(self, wanted: Mapping[str, Kind]) -> None:
        super().__init__()
        self.wanted = wanted
        self.columns: dict[str, Column] = {}

    def __missing__(self, raw: bytes) -> Put | tuple[()]:
        """Parse an attribute, and remember it if it is short."""
        put = self.parsed(KeyValue.FromString(raw))
        if len(raw) <= _REMEMBERED_BYTES and len(self) < _REMEMBERED:
            self[raw] = put
        return put

    def parsed(self, attribute: KeyValue) -> Put | tuple[()]:
        """Say what to do with an attribute that is parsed already."""
        key = attribute.key
        column = self.columns.get(key)
        if column is None:
            kind = self.wanted.get(key)
            if kind is None:
                return ()
            column = self.columns[key] = Column(kind)
        return column.put(attribute.value)

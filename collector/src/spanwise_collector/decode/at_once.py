"""The spans of a large request, field by field for all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from spanwise_collector.decode import key_values, places
from spanwise_collector.decode.key_values import KeyValues
from spanwise_collector.decode.places import NOWHERE, Places
from spanwise_collector.decode.sheet import Sheet, nullable, split
from spanwise_collector.decode.spans import EXCEPTION_TYPE, Spans, put_exception
from spanwise_collector.decode.sparse import Attributes
from spanwise_collector.decode.wire import Flags, Ints, Unusual, Wire, as_texts
from spanwise_schema.columns import ATTRIBUTE, Kind

SPANS: Final = range(64, 16_385)
"""How many are worth it, and how many of them take little memory."""

_NATIVE: Final[dict[Kind, int]] = {
    "str": key_values.STRING,
    "i64": key_values.INTEGER,
    "f64": key_values.DOUBLE,
    "bool": key_values.BOOLEAN,
}


def read(spans: Sequence[bytes], wanted: Mapping[str, Kind]) -> Spans:
    """Read spans. Raises Unusual where they have to be read one by one, DecodeError where they are none."""
    return _Reader(spans, wanted).read()


class _Reader:
    def __init__(self, spans: Sequence[bytes], wanted: Mapping[str, Kind]) -> None:
        self.wire = Wire(spans)
        self.height = len(spans)
        self.found = places.find(self.wire)
        self.wanted = wanted
        self.names = tuple(wanted)
        self.slow = Attributes(wanted)
        self.sheet = Sheet(self.height)

    def read(self) -> Spans:
        """Collect what the columns are made of, then make them."""
        status_message = self._status()
        self._attributes(key_values.read(self.wire, self._places(places.ATTRIBUTE), self.names))
        exceptions = self._exceptions()
        self._check_the_rest()
        bad = self._times()
        columns = [*self._cut_out(bad), status_message, *self.sheet.numbers()]
        columns += [column.series(ATTRIBUTE + key, self.height) for key, column in self.slow.columns.items()]
        columns += [column.series(EXCEPTION_TYPE, self.height) for column in exceptions.columns.values()]
        return Spans(columns, bad, {key: column.faults for key, column in self.slow.columns.items()})

    def _places(self, tag: int) -> Places:
        return self.found.get(tag, NOWHERE)

    def _bytes(self, of: Places | KeyValues) -> Iterator[tuple[int, bytes]]:
        for row, at, end in zip(of.row.tolist(), of.at.tolist(), of.end.tolist(), strict=True):
            yield row, self.wire.data[at:end]

    def _times(self) -> dict[int, str]:
        """Read name, kind, start and end; give the rows that are bad by their times."""
        name, kind = self._places(places.NAME), self._places(places.KIND)
        self.sheet.text("name", name.row, name.at, name.end)
        self._number("kind", kind.row, self.wire.numbers(kind.at, kind.end - kind.at)[0])
        start_ns, end_ns = self._time("start_ns", places.START), self._time("end_ns", places.END)
        bad = dict.fromkeys(np.flatnonzero((start_ns < 0) | (end_ns < 0)).tolist(), "time out of range")
        return bad | dict.fromkeys(np.flatnonzero(end_ns == 0).tolist(), "no end time")

    def _time(self, name: str, tag: int) -> Ints:
        """Read a time; negative where it is beyond 63 bits, 0 where there is none."""
        found = self._places(tag)
        value = self.wire.words(found.at)
        told = value > 0
        self.sheet.number(name, "i64", found.row[told], value[told])
        full = np.zeros(self.height, dtype=np.int64)
        full[found.row] = value
        return full

    def _number(self, name: str, row: Ints, value: Ints) -> None:
        """Add a column of numbers that are 0 where they are not told."""
        full = np.zeros(self.height, dtype=np.int64)
        full[row] = value
        self.sheet.number(name, "i64", np.arange(self.height), full)

    def _cut_out(self, bad: dict[int, str]) -> list[pl.Series]:
        """Cut out texts, ids and the spans themselves; add the rows that are bad by their ids."""
        trace, span, parent = (self._cut(tag) for tag in (places.TRACE_ID, places.SPAN_ID, places.PARENT))
        bad |= dict.fromkeys(np.flatnonzero(~self._is_id(*span, 1)).tolist(), "no span id")
        bad |= dict.fromkeys(np.flatnonzero(~self._is_id(*trace, 2)).tolist(), "no trace id")
        names, *texts = self.sheet.texts()
        cuts = (texts, trace, span, parent, (self.wire.starts, self.wire.ends))
        whole = self.wire.slices(*(np.concatenate(side) for side in zip(*cuts, strict=True)))
        strings = nullable(as_texts(whole.head(len(texts[0]))), texts[0] < texts[1])
        binaries = split(("trace_id", "span_id", "parent_span_id", "raw"), whole.slice(len(strings)))
        binaries[2] = nullable(binaries[2], self._is_id(*parent, 1))
        return [*split(names, strings), *binaries]

    def _cut(self, tag: int) -> tuple[Ints, Ints]:
        """Give where the content of a field begins and ends in each span; nothing where a span does not have it."""
        at, end = np.zeros((2, self.height), dtype=np.int64)
        found = self._places(tag)
        at[found.row], end[found.row] = found.at, found.end
        return at, end

    def _is_id(self, at: Ints, end: Ints, words: int) -> Flags:
        """Tell where there are so many words, and not all of them zero."""
        found = end - at == 8 * words
        at = np.where(found, at, 0)
        return found & ((self.wire.words(at) | self.wire.words(at + 8 * (words - 1))) != 0)

    def _status(self) -> pl.Series:
        """Parse each different status once; most spans have none. Give the column of messages."""
        found = self._places(places.STATUS)
        raws = [raw for _, raw in self._bytes(found)]
        of = {raw: Status.FromString(raw) for raw in set(raws)}
        self._number("status_code", found.row, np.array([of[raw].code for raw in raws], dtype=np.int64))
        message: list[str | None] = [None] * self.height
        for row, raw in zip(found.row.tolist(), raws, strict=True):
            message[row] = of[raw].message or None
        return pl.Series("status_message", message, dtype=pl.String)

    def _attributes(self, found: KeyValues) -> None:
        """Make a column of each wanted key: at once where all its values have the kind's own type, else one by one."""
        for _, raw in self._bytes(found.where(np.flatnonzero((found.type == key_values.OTHER) & (found.key < 0)))):
            if self.slow[raw]:
                raise Unusual  # a wanted key, written in an odd way
        wanted = np.flatnonzero(found.key >= 0)
        by_key = found.where(wanted[np.argsort(found.key[wanted].astype(np.int16), kind="stable")])
        cuts = np.flatnonzero(np.diff(by_key.key, prepend=-1, append=-1)).tolist()
        for first, last in pairwise(cuts):
            of_key = by_key.where(slice(first, last))
            self._attribute(self.names[int(of_key.key[0])], of_key)

    def _attribute(self, name: str, of: KeyValues) -> None:
        kind = self.wanted[name]
        plain = (of.type == _NATIVE.get(kind, -1)).all()
        if plain and kind == "f64":
            plain = np.isfinite(of.number.view(np.float64)).all()
        if not plain:
            self._one_by_one(of)
        elif kind == "str":
            self.sheet.text(ATTRIBUTE + name, of.row, of.text_at, of.end)
        else:
            self.sheet.number(ATTRIBUTE + name, kind, of.row, of.number)

    def _one_by_one(self, of: KeyValues) -> None:
        for row, raw in self._bytes(of):
            if put := self.slow[raw]:
                add_row, add_value, value = put
                add_row(row)
                add_value(value)

    def _exceptions(self) -> Attributes:
        exceptions = Attributes({"exception.type": "str"})
        events: dict[int, list[Span.Event]] = {}
        for row, raw in self._bytes(self._places(places.EVENT)):
            events.setdefault(row, []).append(Span.Event.FromString(raw))
        for row, of_row in events.items():
            put_exception(exceptions, row, of_row)
        return exceptions

    def _check_the_rest(self) -> None:
        for _, raw in self._bytes(self._places(places.LINK)):
            Span.Link.FromString(raw)
        if places.TRACE_STATE not in self.found:
            return
        states = self._places(places.TRACE_STATE)
        as_texts(self.wire.slices(states.at, states.end))

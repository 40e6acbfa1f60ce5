"""What the detectors of one rule know of all of its series: taken on point by point, kept in chunks."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.anomaly.band import Band
from spanwise_alerts.detect.anomaly.counts import Floats
from spanwise_alerts.detect.anomaly.detectors import DETECTORS
from spanwise_alerts.detect.anomaly.drawn import MOST_DRAWN, Drawn
from spanwise_alerts.detect.anomaly.panel import Panel, Wanted
from spanwise_alerts.detect.anomaly.season import Rows
from spanwise_alerts.detect.anomaly.transform import transform_of
from spanwise_alerts.question import Answer, Table
from spanwise_alerts.rules.anomaly import Anomaly
from spanwise_schema.measures import MEASURES

CHUNK: Final = 1000
"""Series that are kept together."""

HOLD_POINTS: Final = 5
"""So many points a series may miss and still be what it was."""

MOST_SERIES: Final = 50_000
"""Of one rule; further ones are not watched."""

_SILENT_S: Final = 86400.0
"""After so long without anything a series is not silent but gone."""

_FORGET_S: Final = 14 * 86400.0
_LEVEL: Final = 1


class Chunk(msgspec.Struct):
    """What is known of some series.

    Attributes:
        shape: what the numbers are.
        at_s: the newest point that it knows, Unix time.
        names: of the series, in order.
        parts: by part and column, the bytes of an array.
    """

    shape: str
    at_s: float
    names: list[Labels]
    parts: dict[str, dict[str, bytes]]


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Chunk)


class State:
    """The detectors of one rule.

    Attributes:
        at_s: the end of the newest point that was taken on, Unix time; before all time where none was.
        drawn: bands that were not kept yet.
    """

    def __init__(self, rule: Anomaly) -> None:
        self.at_s = float("-inf")
        self.drawn: list[Drawn] = []
        self.names: list[Labels] = []
        self._places: dict[Labels, int] = {}
        self._shape = rule.shape
        self._min_count = rule.min_count
        self._transform = transform_of(MEASURES[rule.measure].unit, rule.stat)
        self.panel = Panel(self._transform, _wanted(rule))
        self._capacity = 0
        self._last: tuple[Table, Rows] | None = None

    def judge_as(self, rule: Anomaly) -> None:
        """Judge from now on as a rule of the same shape says."""
        self._min_count = rule.min_count
        self.panel.wanted = _wanted(rule)

    def take(self, answer: Answer, at_s: float, *, draw: bool = True) -> None:
        """Take on the point that ends at `at_s` (Unix time); what is not later than the last one is not looked at."""
        if at_s <= self.at_s:
            return
        rows = self._rows(answer.table)
        value = np.array(answer.values, np.float64)
        count = np.array(answer.counts, np.float64)
        if self._transform.from_nothing:
            rows, value, count = self._with_silent(rows, value, count, at_s)
        there = (rows >= 0) & np.isfinite(value)
        if not self._transform.from_nothing:
            there &= count >= self._min_count
        # a chunk that was kept later than the others knows this point already
        there[there] = self.panel.columns["last_s"][rows[there]] < at_s
        rows = rows[there]
        self.at_s = at_s
        if len(rows):
            self.panel.update(at_s, rows, value[there], count[there])
        if draw and (shown := self.shown()):
            self.drawn.append(self._draw(at_s, shown))

    def _with_silent(
        self, rows: Rows, value: Floats, count: Floats, at_s: float
    ) -> tuple[Rows, Floats, Floats]:  # fmt: skip
        """Add the series that are known and of which nothing came: none is a number too."""
        value = np.where(np.isfinite(value), value, 0.0)
        own = self.panel.columns
        heard = own["heard_s"]
        loud = rows[(rows >= 0) & (count > 0)]
        heard[loud] = at_s
        silent = np.ones(len(self.names), np.bool_)
        silent[rows[rows >= 0]] = False
        more = np.flatnonzero(silent)
        rows = np.concatenate([rows, more])
        value = np.concatenate([value, np.zeros(len(more))])
        count = np.concatenate([count, np.zeros(len(more))])
        lately = np.where(rows >= 0, at_s - heard[rows] < _SILENT_S, False)
        return rows[lately], value[lately], count[lately]

    def _rows(self, table: Table) -> Rows:
        """Return the rows of the series of a table; -1 for those that are too many."""
        if self._last is not None and self._last[0] is table:
            return self._last[1]
        for labels in table.labels:
            if labels not in self._places and len(self.names) < MOST_SERIES:
                self._places[labels] = len(self.names)
                self.names.append(labels)
        self._reserve(len(self.names))
        rows = np.fromiter((self._places.get(labels, -1) for labels in table.labels), np.intp, len(table.labels))
        self._last = table, rows
        return rows

    def _reserve(self, series: int) -> None:
        if series > self._capacity:
            self._capacity = max(2 * self._capacity, series, 16)
            self.panel.grow(self._capacity)

    def row(self, series: Labels) -> int | None:
        """Return the row of a series; None where it was never seen."""
        return self._places.get(series)

    def lately(self, row: int) -> bool:
        """Say whether a series had a point not long ago."""
        return self.at_s - self.panel.columns["last_s"][row] <= HOLD_POINTS * self.panel.wanted.step_s

    def unusual(self) -> list[int]:
        """Return the rows that are unusual now, and had a point not long ago."""
        own, some = self.panel.columns, len(self.names)
        fresh = self.at_s - own["last_s"][:some] <= HOLD_POINTS * self.panel.wanted.step_s
        return np.flatnonzero(fresh & ~np.isnan(own["unusual_s"][:some])).tolist()

    def shown(self) -> list[int]:
        """Return the rows whose bands are drawn: the unusual ones, and the first others."""
        unusual = self.unusual()[:MOST_DRAWN]
        first = range(min(len(self.names), MOST_DRAWN - len(unusual)))
        return list(dict.fromkeys([*unusual, *first]))

    def bands(self) -> list[Band]:
        """Return the newest bands of the series that are shown and had a point just now."""
        return list(self._draw(self.at_s, self.shown()).bands())

    def _draw(self, at_s: float, shown: Sequence[int]) -> Drawn:
        own = self.panel.columns
        rows = np.array(shown, np.intp)
        rows = rows[own["last_s"][rows] == at_s] if len(rows) else rows
        lines = [own[name][rows] for name in ("value", "expected", "low", "high")]
        numbers = np.stack([*lines, own["strengths"][rows, 0]], axis=1).astype(np.float32)
        places: list[int] = rows.tolist()
        return Drawn(at_s, [self.names[row] for row in places], numbers)

    def forget(self) -> None:
        """Let go of series that had no point for two weeks."""
        last_s = self.panel.columns["last_s"][: len(self.names)]
        kept = np.flatnonzero(self.at_s - last_s < _FORGET_S)
        if len(kept) == len(self.names):
            return
        self.names = [self.names[row] for row in kept]
        self._places = {labels: row for row, labels in enumerate(self.names)}
        self._last = None
        for columns in self.panel.parts.values():
            columns.keep(kept)
        self._capacity = len(kept)

    def chunks(self) -> list[Chunk]:
        """Return a copy of all that is known, in chunks of bounded size."""
        found: list[Chunk] = []
        for begin in range(0, len(self.names), CHUNK):
            names = self.names[begin : begin + CHUNK]
            parts = {name: columns.pack(begin, begin + len(names)) for name, columns in self.panel.parts.items()}
            found.append(Chunk(self._shape, self.at_s, names, parts))
        return found

    def unpack(self, chunks: Sequence[bytes]) -> None:
        """Take up what was kept; at once, before any point.

        Raises:
            ValueError: it is of another shape of rule, of another version, or no such thing.
        """
        read = [_read(chunk) for chunk in chunks]
        if any(chunk.shape != self._shape for chunk in read):
            raise ValueError("it is of a rule that looked at other numbers")
        self.names = [labels for chunk in read for labels in chunk.names]
        self._places = {labels: row for row, labels in enumerate(self.names)}
        self._reserve(len(self.names))
        begin = 0
        for chunk in read:
            end = begin + len(chunk.names)
            for name, columns in self.panel.parts.items():
                columns.unpack(begin, end, chunk.parts.get(name, {}))
            begin = end
        # points that the oldest chunk does not know are asked for again
        self.at_s = min((chunk.at_s for chunk in read), default=self.at_s)


def _wanted(rule: Anomaly) -> Wanted:
    difference = rule.min_difference.value if rule.min_difference else 0.0
    return Wanted(
        rule.bucket_s, rule.rarities, rule.direction, rule.min_change.value, difference, DETECTORS[rule.detector]
    )


def squeeze(chunk: Chunk) -> bytes:
    """Write a chunk; it may take a while."""
    return zlib.compress(_ENCODER.encode(chunk), _LEVEL)


def _read(chunk: bytes) -> Chunk:
    try:
        return _DECODER.decode(zlib.decompress(chunk))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError(f"it is no state of detectors: {error}") from error

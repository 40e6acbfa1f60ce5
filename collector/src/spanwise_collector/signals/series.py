"""One series that is passed on: its deltas added up, its streams added up, its newest value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from spanwise_collector.point import Labels, Point

_STREAMS: Final = 32
_RECENT: Final = 64

Stream = tuple[Labels, int]
"""The attributes that are no labels, and the start: of each the newest value counts."""


@dataclass(slots=True)
class Series:
    """What is known of one series.

    Attributes:
        bounds: of a histogram's buckets, or the quantiles of a summary.
        base: what deltas and streams that were forgotten add up to.
        streams: newest time and values of each cumulative stream.
        recent: start and time of the newest deltas: one that comes again is not added again.
        forgotten: streams that are in `base` for good.
        newest: start, time and values of a series that tells what is true now.
        seen_ns: when it was last told; 0 after it was told to have ended.
    """

    bounds: tuple[float, ...]
    base: tuple[float, ...] = ()
    streams: dict[Stream, tuple[int, tuple[float, ...]]] = field(default_factory=dict[Stream, Any])
    recent: dict[tuple[Labels, int, int], None] = field(default_factory=dict[tuple[Labels, int, int], None])
    forgotten: dict[Stream, None] = field(default_factory=dict[Stream, None])
    newest: tuple[int, int, tuple[float, ...]] | None = None
    seen_ns: int = 0

    def add(self, point: Point, apart: Labels, now_ns: int) -> None:
        """Take a point; `apart` are its attributes that are no labels."""
        if not point.values:
            self.seen_ns = 0
            return
        self.seen_ns = now_ns
        if point.bounds != self.bounds and point.type != "summary":
            self._begin_again(point.bounds)
        if point.temporality == "delta":
            self._add_delta(point, apart)
        elif point.temporality == "cumulative" and point.type != "gauge":
            self._add_stream(point, apart)
        elif self.newest is None or (point.start_ns, point.time_ns) > self.newest[:2]:
            self.bounds, self.newest = point.bounds, (point.start_ns, point.time_ns, point.values)

    @property
    def values(self) -> tuple[float, ...]:
        """What the series shows, as in Point."""
        if self.newest is not None:
            return self.newest[2]
        total = self.base
        for _, values in self.streams.values():
            total = _plus(total, values)
        return total

    def _begin_again(self, bounds: tuple[float, ...]) -> None:
        """Forget what was counted in other buckets; Prometheus takes it for a restart."""
        self.bounds, self.base = bounds, ()
        self.streams.clear()

    def _add_delta(self, point: Point, apart: Labels) -> None:
        key = (apart, point.start_ns, point.time_ns)
        if key not in self.recent:
            self.recent[key] = None
            self.base = _plus(self.base, point.values)
        while len(self.recent) > _RECENT:
            del self.recent[next(iter(self.recent))]

    def _add_stream(self, point: Point, apart: Labels) -> None:
        """Keep the newest value of a stream. A process that starts anew is another stream: nothing goes back."""
        stream = (apart, point.start_ns)
        known = self.streams.get(stream)
        if stream in self.forgotten or (known is not None and point.time_ns <= known[0]):
            return
        if known is not None and _total(point, point.values) < _total(point, known[1]):
            self.base = _plus(self.base, known[1])  # it began anew without saying so
        self.streams[stream] = (point.time_ns, point.values)
        while len(self.streams) > _STREAMS:
            self._forget(min(self.streams, key=lambda each: self.streams[each][0]))

    def _forget(self, stream: Stream) -> None:
        self.base = _plus(self.base, self.streams.pop(stream)[1])
        self.forgotten[stream] = None
        while len(self.forgotten) > _RECENT:
            del self.forgotten[next(iter(self.forgotten))]

    def dump(self) -> list[Any]:
        """Give what a checkpoint keeps."""
        return [
            self.bounds, self.base, list(self.streams.items()), list(self.recent), list(self.forgotten), self.newest,
            self.seen_ns,
        ]  # fmt: skip

    @staticmethod
    def load(dumped: list[Any]) -> Series:
        """Take up what a checkpoint kept."""
        bounds, base, streams, recent, forgotten, newest, seen_ns = dumped
        return Series(
            tuple(bounds),
            tuple(base),
            {_stream(stream): (time_ns, tuple(values)) for stream, (time_ns, values) in streams},
            {(_labels(apart), start_ns, time_ns): None for apart, start_ns, time_ns in recent},
            dict.fromkeys(map(_stream, forgotten)),
            None if newest is None else (newest[0], newest[1], tuple(newest[2])),
            seen_ns,
        )


def _total(point: Point, values: tuple[float, ...]) -> float:
    """Give what never falls while a process lives: a counter's value, or a histogram's observations."""
    return sum(values[1:]) if point.type == "histogram" else values[0]


def _plus(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(map(sum, zip(one, other, strict=True))) if one else other


def _labels(dumped: list[list[str]]) -> Labels:
    return tuple((key, value) for key, value in dumped)


def _stream(dumped: list[Any]) -> Stream:
    return _labels(dumped[0]), dumped[1]

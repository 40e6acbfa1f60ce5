"""The metrics of agents that are passed on to `/metrics`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from threading import Lock
from typing import Any, Final

from spanwise_collector.point import Labels, MetricType, Point
from spanwise_collector.reader import Passed
from spanwise_collector.signals.naming import family, labels
from spanwise_collector.signals.series import Series
from spanwise_schema.measures import NANO
from spanwise_schema.metrics import METRICS

STALE_NS: Final = 300 * NANO
_SWEEP_NS: Final = 10 * NANO
_PROCESS: Final = (
    "process_virtual_memory_bytes", "process_resident_memory_bytes", "process_start_time_seconds",
    "process_cpu_seconds", "process_open_fds", "process_max_fds",
)  # fmt: skip
"""What prometheus_client tells of the collector itself."""
_OURS: Final = frozenset((*(metric.name for metric in METRICS), *_PROCESS))
_SUFFIXES: Final = ("_total", "_bucket", "_sum", "_count", "_created")
_Key = tuple[str, Labels]


class Passing:
    """Keeps the newest of each series; one thread adds, any may ask.

    Args:
        limit: series in memory. Beyond it those go that were not told for long; new ones are counted, not shown.

    Attributes:
        points: by what became of them, since ever: shown, too_many_series, name_taken, other_type.
    """

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._series: dict[_Key, Series] = {}
        self._types: dict[str, MetricType] = {}
        self._swept_ns = 0
        self._lock = Lock()
        self.points: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._series)

    def add(self, points: Iterable[Point], now_ns: int) -> None:
        """Take points that were received at `now_ns`."""
        with self._lock:
            for point in points:
                self.points[self._put(point, now_ns)] += 1

    def _put(self, point: Point, now_ns: int) -> str:
        name = family(point.name, point.unit, point.type)
        if _is_ours(name, _OURS):
            return "name_taken"
        if self._types.get(name, point.type) != point.type:
            return "other_type"
        shown, apart = labels(point.resource, point.scope, point.attributes)
        series = self._series.get((name, shown))
        if series is None:
            if not self._has_room(now_ns):
                return "too_many_series"
            self._types[name] = point.type
            series = self._series[name, shown] = Series(point.bounds)
        series.add(point, apart, now_ns)
        return "shown"

    def _has_room(self, now_ns: int) -> bool:
        if len(self._series) < self._limit:
            return True
        if now_ns - self._swept_ns < _SWEEP_NS:
            return False
        self._swept_ns = now_ns
        self._series = {key: each for key, each in self._series.items() if now_ns - each.seen_ns < STALE_NS}
        held = {name for name, _ in self._series}
        self._types = {name: kind for name, kind in self._types.items() if name in held}
        return len(self._series) < self._limit

    def families(self, now_ns: int) -> list[Passed]:
        """Give every family with the series that were told within STALE_NS."""
        found: dict[str, Passed] = {}
        with self._lock:
            for (name, shown), series in self._series.items():
                if now_ns - series.seen_ns < STALE_NS and (values := series.values):
                    family_of = found.setdefault(name, Passed(name, self._types[name]))
                    family_of.series.append((dict(shown), series.bounds, values))
        return sorted(found.values(), key=lambda each: each.name)

    def dump(self) -> dict[str, Any]:
        """Give what a checkpoint keeps."""
        series = [(name, shown, each.dump()) for (name, shown), each in self._series.items()]
        return {"series": series, "types": self._types, "points": dict(self.points)}

    def load(self, dumped: dict[str, Any] | None) -> None:
        """Take up what a checkpoint kept; null where an older release wrote it."""
        if dumped is None:
            return
        self._types = dict(dumped["types"])
        self.points = Counter(dumped["points"])
        self._series = {
            (name, tuple((key, value) for key, value in shown)): Series.load(each)
            for name, shown, each in dumped["series"]
        }


def _is_ours(name: str, ours: Collection[str]) -> bool:
    """Tell whether a family would have samples that are ours, or look like it."""
    bare = next((name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix)), name)
    return name.startswith("spanwise_") or name in ours or bare in ours

"""What the view may ask: of numbers, of stored spans, of ourselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import polars as pl

from spanwise_collector.point import MetricType
from spanwise_collector.query import Exemplar, Query, Series


@dataclass(frozen=True, slots=True)
class Total:
    """One sample set of a metric.

    Attributes:
        labels: values in the order of `Metric.labels`.
        buckets: observations of each bucket, not cumulative, the last one above all bounds; one for a counter.
        sum: of the observed values, in the metric's unit.
        exemplars: the newest call of a bucket, by the bucket's number.
    """

    labels: tuple[str, ...]
    buckets: Sequence[int]
    sum: float
    exemplars: Mapping[int, Exemplar] = field(default_factory=dict[int, Exemplar])


@dataclass(frozen=True, slots=True)
class Passed:
    """A metric of somebody else's that is passed on.

    Attributes:
        name: of the family, without `_total`.
        type: what Prometheus calls it.
        series: labels, bounds and values of each, as in `point.Point`.
    """

    name: str
    type: MetricType
    series: list[tuple[dict[str, str], tuple[float, ...], tuple[float, ...]]] = field(
        default_factory=list[tuple[dict[str, str], tuple[float, ...], tuple[float, ...]]]
    )


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are wanted: newest first, those that began in (start_ns, end_ns]."""

    start_ns: int
    end_ns: int
    service: str | None = None
    agent: str | None = None
    environment: str | None = None
    tenant: str | None = None
    status: str | None = None  # running, ok, error
    limit: int = 50


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """Which traces are wanted: those with a span that has all of it and was open at some time in [start_ns, end_ns].

    Attributes:
        start_ns: Unix time.
        end_ns: Unix time.
        service: whose span; null for any, as below.
        operation: the span's name.
        tags: value by key, as text; of the span, its resource or one of its events.
        min_duration_ns: at least so long.
        max_duration_ns: at most so long.
        limit: traces, the newest.
    """

    start_ns: int
    end_ns: int
    service: str | None = None
    operation: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    min_duration_ns: int | None = None
    max_duration_ns: int | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class TraceSpans:
    """The spans of one trace.

    Attributes:
        spans: columns STORED, the oldest first.
        total: how many the trace has, those that were left out included.
    """

    spans: pl.DataFrame
    total: int


class Reader(Protocol):
    """Asked from any thread, but for `settled`, which the event loop awaits."""

    async def settled(self) -> None:
        """Wait until all that was acknowledged so far is in every number."""
        ...

    def ready(self) -> str | None:
        """Tell why spans cannot be taken, or null if they can."""
        ...

    def now_ns(self) -> int:
        """Give the time."""
        ...

    def answer(self, query: Query) -> list[Series]:
        """Answer one question."""
        ...

    def totals(self) -> Mapping[str, Sequence[Total]]:
        """Give every metric that is made of samples, by name."""
        ...

    def passed(self) -> Sequence[Passed]:
        """Give the metrics of others that are passed on."""
        ...

    def trace(self, trace_id: bytes) -> pl.DataFrame:
        """Give the spans of a trace: columns STORED."""
        ...

    def search(self, wanted: TraceFilter) -> list[TraceSpans]:
        """Find traces, newest first; of a long one only the oldest spans."""
        ...

    def oldest_spans(self, trace_id: bytes) -> TraceSpans:
        """Give the spans of a trace; of a long one only the oldest."""
        ...

    def services(self) -> list[str]:
        """Name the services that sent spans lately."""
        ...

    def operations(self, service: str) -> list[str]:
        """Name the spans of a service."""
        ...

    def dependencies(self, start_ns: int, end_ns: int) -> list[tuple[str, str, int]]:
        """Count by parent and child service how often one called the other."""
        ...

    def runs(self, wanted: RunFilter) -> list[dict[str, Any]]:
        """Give runs, finished and in flight."""
        ...

    def dialects(self, start_ns: int) -> list[dict[str, Any]]:
        """Give the emitters of the spans that ended after a moment, as `spoken.spoken` does."""
        ...

    def ledger(self) -> dict[str, int]:
        """Give the ledger: received, stored, rejected, duplicate."""
        ...

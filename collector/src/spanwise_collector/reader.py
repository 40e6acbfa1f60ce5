"""What the view may ask: of numbers, of stored spans, of ourselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import polars as pl

from spanwise_collector.point import MetricType
from spanwise_collector.query import Answered, Exemplar, Query, Series, Spent, Sum

RunSort = Literal["start", "duration", "cost", "tokens", "steps"]


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
class RunCursor:
    """The last run of a page.

    Attributes:
        value: what it was sorted by: nanoseconds, 1e-12 USD, tokens or steps; null where not known.
        trace_id: 16 bytes.
        span_id: 8 bytes.
    """

    value: int | None
    trace_id: bytes
    span_id: bytes


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are wanted: those that began in (start_ns, end_ns]; null takes all.

    Attributes:
        start_ns: Unix time.
        end_ns: Unix time.
        service: of the run, as `environment` and `tenant`.
        agent: its name; the empty string for runs without an agent.
        status: running, ok, error, lost.
        model: that one of its calls asked.
        tool: that it called.
        conversation: its id.
        error_type: how it failed.
        min_duration_ns: at least so long.
        min_cost_pico_usd: at least so dear.
        min_steps: at least so many model and tool calls.
        sort: what they are sorted by; a run of which it is not known comes last.
        descending: the greatest first.
        limit: so many.
        after: those behind this one; null from the start.
    """

    start_ns: int
    end_ns: int
    service: str | None = None
    agent: str | None = None
    environment: str | None = None
    tenant: str | None = None
    status: str | None = None
    model: str | None = None
    tool: str | None = None
    conversation: str | None = None
    error_type: str | None = None
    min_duration_ns: int | None = None
    min_cost_pico_usd: int | None = None
    min_steps: int | None = None
    sort: RunSort = "start"
    descending: bool = True
    limit: int = 50
    after: RunCursor | None = None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs, and the last of them where there are more."""

    runs: Sequence[Mapping[str, Any]]
    last: RunCursor | None


@dataclass(frozen=True, slots=True)
class RunawayFilter:
    """Which runaway runs are wanted; null takes all.

    Attributes:
        bounds: by the name of a sign of `spanwise_schema.runaway`: it counts from there.
        period: so many turns a cycle has at most.
        service: of the run, as `environment` and `tenant`.
        agent: its name; the empty string for runs without an agent.
        limit: so many.
    """

    bounds: Mapping[str, float]
    period: int
    service: str | None = None
    agent: str | None = None
    environment: str | None = None
    tenant: str | None = None
    limit: int = 100


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

    def answer_together(self, queries: Sequence[Query]) -> Answered:
        """Answer many questions about one moment each."""
        ...

    def spent(self, asked: Sequence[Sum]) -> list[Spent]:
        """Answer what was spent since a moment."""
        ...

    def totals(self) -> Mapping[str, Sequence[Total]]:
        """Give every metric that is made of samples, by name."""
        ...

    def passed(self) -> Sequence[Passed]:
        """Give the metrics of others that are passed on."""
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

    def runs(self, wanted: RunFilter) -> RunPage:
        """Give runs, finished and in flight. Raises TooLarge where too many spans would have to be read."""
        ...

    def run(self, trace_id: bytes, span_id: bytes) -> Mapping[str, Any] | None:
        """Give one run with its steps; null where there is none. Raises TooLarge where its trace has too many spans."""
        ...

    def runaways(self, wanted: RunawayFilter) -> list[dict[str, Any]]:
        """Give runs that have run away, the dearest first."""
        ...

    def versions(self) -> list[dict[str, Any]]:
        """Give the versions of services that sent spans within the last hour, the newest first; seconds."""
        ...

    def dialects(self, start_ns: int) -> list[dict[str, Any]]:
        """Give the emitters of the spans that ended after a moment, as `spoken.spoken` does."""
        ...

    def ledger(self) -> dict[str, int]:
        """Give the ledger: received, stored, rejected, duplicate."""
        ...

"""What the view may ask: of numbers, of stored spans, of ourselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import polars as pl

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

    def trace(self, trace_id: bytes) -> pl.DataFrame:
        """Give the spans of a trace: columns STORED."""
        ...

    def runs(self, wanted: RunFilter) -> list[dict[str, Any]]:
        """Give runs, finished and in flight."""
        ...

    def ledger(self) -> dict[str, int]:
        """Give the ledger: received, stored, rejected, duplicate."""
        ...

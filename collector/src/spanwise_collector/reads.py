"""The reader that the view is given: the pipeline's numbers and the store's spans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import numpy as np

from spanwise_collector import runaways, runs, search, services, spoken
from spanwise_collector.pipeline import Pipeline
from spanwise_collector.query import Answered, Column, Query, Series, Spent, Sum
from spanwise_collector.reader import Passed, RunawayFilter, RunFilter, RunPage, Total, TraceFilter, TraceSpans
from spanwise_collector.rollup.totals import in_unit
from spanwise_collector.spent import Spending
from spanwise_collector.telemetry import Refusals
from spanwise_schema import metrics
from spanwise_schema.measures import DIMENSIONS, NANO
from spanwise_schema.money import to_usd


class Reads:
    """Answers the view from any thread.

    Args:
        pipeline: whose numbers are read.
        refusals: requests that were not accepted.
        settled: awaits that all that was acknowledged is in every number.
        ready: tells why spans cannot be taken.
        own: the collector's own gauges by metric name.
        now_ns: the time.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        refusals: Refusals,
        settled: Callable[[], Awaitable[None]],
        ready: Callable[[], str | None],
        own: Callable[[], Mapping[str, float]],
        now_ns: Callable[[], int],
    ) -> None:
        self._pipeline = pipeline
        self._spending = Spending(pipeline)
        self._refusals = refusals
        self._settled = settled
        self._ready = ready
        self._own = own
        self._now_ns = now_ns

    async def settled(self) -> None:
        """Wait until all that was acknowledged so far is in every number."""
        await self._settled()

    def ready(self) -> str | None:
        """Tell why spans cannot be taken, or null if they can."""
        return self._ready()

    def now_ns(self) -> int:
        """Give the time."""
        return self._now_ns()

    def answer(self, query: Query) -> list[Series]:
        """Answer one question."""
        return self._pipeline.answer(query)

    def answer_together(self, queries: Sequence[Query]) -> Answered:
        """Answer many questions about one moment each: live ones in one pass, older ones from what was saved."""
        now_ns = self._now_ns()
        live = [query for query in queries if self._pipeline.rollup.live(query, now_ns)]
        found = self._pipeline.rollup.answer_together(live)
        if len(live) == len(queries):
            return found
        columns, labels = iter(found.columns), dict(found.labels)
        return Answered(labels, [
            next(columns) if self._pipeline.rollup.live(query, now_ns) else self._saved(query, labels)
            for query in queries
        ])  # fmt: skip

    def _saved(self, query: Query, labels: dict[tuple[str, ...], Sequence[tuple[str, ...]]]) -> Column:
        series = self._pipeline.answer(query)
        rows = list(labels.get(query.by, []))
        places = {row: place for place, row in enumerate(rows)}
        groups = [places.setdefault(tuple(each.labels.values()), len(places)) for each in series]
        labels[query.by] = list(places)
        order = np.argsort(groups)
        points = [each.points[-1] for each in series]
        values = np.array([np.nan if point.value is None else point.value for point in points], np.float64)[order]
        counts = np.array([point.count for point in points], np.int64)[order]
        from_ns = self._pipeline.data_from_ns()
        late = from_ns if from_ns is not None and from_ns > query.first_ns else None
        return Column(query.by, id(query), np.array(groups, np.int64)[order], values, counts, late)

    def spent(self, asked: Sequence[Sum]) -> list[Spent]:
        """Answer what was spent since a moment."""
        return self._spending.answer(asked)

    def search(self, wanted: TraceFilter) -> list[TraceSpans]:
        """Find traces, newest first; of a long one only the oldest spans."""
        return search.search(self._pipeline.store, wanted)

    def oldest_spans(self, trace_id: bytes) -> TraceSpans:
        """Give the spans of a trace; of a long one only the oldest."""
        return search.trace(self._pipeline.store, trace_id)

    def services(self) -> list[str]:
        """Name the services that sent spans lately."""
        return services.names(self._pipeline.store, self._now_ns())

    def operations(self, service: str) -> list[str]:
        """Name the spans of a service."""
        return services.operations(self._pipeline.store, service, self._now_ns())

    def dependencies(self, start_ns: int, end_ns: int) -> list[tuple[str, str, int]]:
        """Count by parent and child service how often one called the other."""
        return services.dependencies(self._pipeline.store, start_ns, end_ns)

    def versions(self) -> list[dict[str, Any]]:
        """Give the versions of services that sent spans within the last hour, the newest first; seconds."""
        return [
            {
                "service": each.service, "version": each.version, "environment": each.environment,
                "first_seen": None if each.first_ns is None else each.first_ns / NANO, "last_seen": each.last_ns / NANO,
            }
            for each in self._pipeline.rollup.versions.all(self._now_ns())
        ]  # fmt: skip

    def dialects(self, start_ns: int) -> list[dict[str, Any]]:
        """Give the emitters of the spans that ended after a moment."""
        return spoken.spoken(self._pipeline.store, start_ns)

    def ledger(self) -> dict[str, int]:
        """Give the ledger: received, stored, rejected, duplicate."""
        return _four(self._pipeline.published)

    def runs(self, wanted: RunFilter) -> RunPage:
        """Give runs, finished and in flight. Raises TooLarge where too many spans would have to be read."""
        return runs.page(self._pipeline.store, wanted, self._now_ns())

    def run(self, trace_id: bytes, span_id: bytes) -> Mapping[str, Any] | None:
        """Give one run with its steps; null where there is none."""
        return runs.one(self._pipeline.store, trace_id, span_id, self._now_ns())

    def runaways(self, wanted: RunawayFilter) -> list[dict[str, Any]]:
        """Give runs that have run away, the dearest first."""
        return runaways.told(self._pipeline.rollup.runaways.found, wanted)

    def passed(self) -> Sequence[Passed]:
        """Give the metrics of others that are passed on."""
        return self._pipeline.passing.families(self._now_ns())

    def totals(self) -> Mapping[str, Sequence[Total]]:
        """Give every metric that is made of samples, by name."""
        return {**self._folded(), **self._counted(), **self._gauges()}

    def _folded(self) -> dict[str, list[Total]]:
        by_name = {metric.name: metric for metric in metrics.METRICS}
        rollup = self._pipeline.rollup
        return {
            name: [
                Total(labels, list(t.buckets), in_unit(by_name[name], t.sum), rollup.exemplars.of(name, labels))
                for labels, t in tuple(rows.items())
            ]
            for name, rows in tuple(rollup.totals.of.items())
        }

    def _counted(self) -> dict[str, list[Total]]:
        rollup, ledger = self._pipeline.rollup, self._pipeline.published
        four = _four(ledger)
        tally = self._pipeline.resolver.tally
        unpriced, retried = tuple(rollup.unpriced.of.items()), tuple(rollup.retried.of.items())
        return {
            metrics.RECEIVED.name: [_one(four["received"])],
            metrics.STORED.name: [_one(four["stored"])],
            metrics.DUPLICATE.name: [_one(four["duplicate"])],
            metrics.REJECTED.name: _by_label(ledger["rejected"]),
            metrics.FIELD_FAULTS.name: _by_label(ledger["field_faults"]),
            metrics.FOLDED.name: _by_label({metrics.LABEL[d]: rollup.book.folded[d] for d in DIMENSIONS}),
            metrics.RUNS_EVICTED.name: [_one(rollup.runs.evicted)],
            metrics.UNWINDOWED.name: _by_label(dict(rollup.unwindowed)),
            metrics.UNPRICED_CALLS.name: [Total(labels, (), calls) for labels, (calls, _) in unpriced],
            metrics.UNPRICED_TOKENS.name: [Total(labels, (), tokens) for labels, (_, tokens) in unpriced],
            metrics.RETRIES.name: [Total(labels, (), calls) for labels, (calls, _) in retried],
            metrics.RETRIES_COST.name: [Total(labels, (), to_usd(cost)) for labels, (_, cost) in retried],
            metrics.LOG_RECORDS.name: _by_label(self._outcomes("logs")),
            metrics.POINTS.name: _by_label(self._outcomes("metrics") + self._pipeline.passing.points),
            metrics.DUPLICATES.name: _by_label(tally.spans),
            metrics.DUPLICATES_TOKENS.name: _by_label(tally.tokens),
            metrics.DUPLICATES_COST.name: [Total((r,), (), to_usd(n)) for r, n in tuple(tally.cost_pico_usd.items())],
            metrics.OPEN_SPANS_EVICTED.name: [_one(self._pipeline.resolver.evicted)],
            metrics.REFUSED.name: [Total(labels, (), n) for labels, n in tuple(self._refusals.of.items())],
        }

    def _outcomes(self, signal: str) -> Counter[str]:
        return Counter({word: n for (of, word), n in tuple(self._refusals.outcomes.items()) if of == signal})

    def _gauges(self) -> dict[str, list[Total]]:
        rollup = self._pipeline.rollup
        away, burning = runaways.counted(rollup.runaways.found)
        return {
            **{name: [_one(value)] for name, value in self._own().items()},
            metrics.RUNAWAYS.name: [Total(labels, (), count) for labels, count in away.items()],
            metrics.RUNAWAYS_COST.name: [Total(labels, (), usd) for labels, usd in burning.items()],
            metrics.OPEN_SPANS.name: [_one(len(self._pipeline.resolver))],
            metrics.SERIES.name: [_one(len(rollup.book))],
            metrics.PASSED_SERIES.name: [_one(len(self._pipeline.passing))],
            metrics.SERVICE_INFO.name: [Total(key, (), 1) for key in rollup.versions.recent(self._now_ns())],
            metrics.RUNS_ACTIVE.name: [Total(key, (), count) for key, count in rollup.runs.active().items()],
        }


def _one(value: float) -> Total:
    return Total((), (), value)


def _by_label(counts: Mapping[str, int]) -> list[Total]:
    return [Total((label,), (), count) for label, count in tuple(counts.items())]


def _four(ledger: Mapping[str, Any]) -> dict[str, int]:
    return {
        "received": ledger["received"],
        "stored": ledger["stored"],
        "rejected": sum(ledger["rejected"].values()),
        "duplicate": ledger["duplicate"],
    }

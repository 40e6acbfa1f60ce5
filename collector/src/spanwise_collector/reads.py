"""The reader that the view is given: the pipeline's numbers and the store's spans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from spanwise_collector import search, services, spoken
from spanwise_collector.pipeline import Pipeline
from spanwise_collector.query import Query, Series
from spanwise_collector.reader import Passed, RunFilter, Total, TraceFilter, TraceSpans
from spanwise_collector.rollup.totals import in_unit
from spanwise_collector.telemetry import Refusals
from spanwise_schema import metrics
from spanwise_schema.measures import DIMENSIONS, NANO
from spanwise_schema.money import to_usd

_RUNS: Final = """
    with traces as (
        select
            trace_id,
            min(start_ns) as start_ns,
            max(end_ns) as end_ns,
            bool_or(parent_span_id is null) as ended,
            count(*) filter (category in ('llm', 'tool')) as steps,
            count(*) filter (category = 'llm') as llm_calls,
            count(*) filter (category = 'tool') as tool_calls,
            count(*) filter (category in ('llm', 'tool') and error_type is not null) as errors,
            cast(sum(input_tokens) as bigint) as input_tokens,
            cast(sum(output_tokens) as bigint) as output_tokens,
            cast(sum(cost_pico_usd) as bigint) as cost_pico_usd,
            count(*) filter (cost_source = 'unpriced') as unpriced_calls,
            arg_min(struct_pack(duration_ns, error_type), (start_ns, -end_ns))
                filter (category in ('agent', 'workflow')) as top,
            arg_min(agent, (start_ns, -end_ns)) filter (agent is not null) as agent,
            arg_min(service, start_ns) as service,
            arg_min(environment, start_ns) as environment,
            arg_min(tenant, start_ns) as tenant
        from spans
        where end_ns > $start_ns and start_ns <= $end_ns
        group by trace_id
    ), runs as (
        select
            *,
            case when not ended then 'running' when top.error_type is not null then 'error' else 'ok' end as status
        from traces
        where start_ns > $start_ns and (top is not null or (not ended and agent is not null))
    )
    select * from runs
    where ($service is null or service = $service)
      and ($agent is null or agent = $agent)
      and ($environment is null or environment = $environment)
      and ($tenant is null or tenant = $tenant)
      and ($status is null or status = $status)
    order by start_ns desc
    limit $limit
"""


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

    def trace(self, trace_id: bytes) -> pl.DataFrame:
        """Give the spans of a trace: columns STORED."""
        return self._pipeline.store.trace(trace_id)

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

    def dialects(self, start_ns: int) -> list[dict[str, Any]]:
        """Give the emitters of the spans that ended after a moment."""
        return spoken.spoken(self._pipeline.store, start_ns)

    def ledger(self) -> dict[str, int]:
        """Give the ledger: received, stored, rejected, duplicate."""
        return _four(self._pipeline.published)

    def runs(self, wanted: RunFilter) -> list[dict[str, Any]]:
        """Give runs, finished and in flight, newest first."""
        found = self._pipeline.store.sql(
            _RUNS,
            {
                "start_ns": wanted.start_ns,
                "end_ns": wanted.end_ns,
                "service": wanted.service,
                "agent": wanted.agent,
                "environment": wanted.environment,
                "tenant": wanted.tenant,
                "status": wanted.status,
                "limit": wanted.limit,
            },
        )
        return [_run(row) for row in found.iter_rows(named=True)]

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
        unpriced = tuple(rollup.unpriced.of.items())
        return {
            metrics.RECEIVED.name: [_one(four["received"])],
            metrics.STORED.name: [_one(four["stored"])],
            metrics.DUPLICATE.name: [_one(four["duplicate"])],
            metrics.REJECTED.name: _by_label(ledger["rejected"]),
            metrics.FIELD_FAULTS.name: _by_label(ledger["field_faults"]),
            metrics.FOLDED.name: _by_label({metrics.LABEL[d]: rollup.book.folded[d] for d in DIMENSIONS}),
            metrics.UNWINDOWED.name: _by_label(dict(rollup.unwindowed)),
            metrics.UNPRICED_CALLS.name: [Total(labels, (), calls) for labels, (calls, _) in unpriced],
            metrics.UNPRICED_TOKENS.name: [Total(labels, (), tokens) for labels, (_, tokens) in unpriced],
            metrics.LOG_RECORDS.name: _by_label(self._outcomes("logs")),
            metrics.POINTS.name: _by_label(self._outcomes("metrics") + self._pipeline.passing.points),
            metrics.REFUSED.name: [Total(labels, (), n) for labels, n in tuple(self._refusals.of.items())],
        }

    def _outcomes(self, signal: str) -> Counter[str]:
        return Counter({word: n for (of, word), n in tuple(self._refusals.outcomes.items()) if of == signal})

    def _gauges(self) -> dict[str, list[Total]]:
        rollup = self._pipeline.rollup
        return {
            **{name: [_one(value)] for name, value in self._own().items()},
            metrics.SERIES.name: [_one(len(rollup.book))],
            metrics.PASSED_SERIES.name: [_one(len(self._pipeline.passing))],
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


def _run(row: dict[str, Any]) -> dict[str, Any]:
    cost, top = row["cost_pico_usd"], row["top"]
    duration_ns = None if top is None else top["duration_ns"]
    return {
        "trace_id": row["trace_id"].hex(),
        "status": row["status"],
        "service": row["service"],
        "agent": row["agent"],
        "environment": row["environment"],
        "tenant": row["tenant"],
        "start": row["start_ns"] / NANO,
        "last_seen": row["end_ns"] / NANO,
        "duration_s": None if duration_ns is None or not row["ended"] else duration_ns / NANO,
        "error_type": None if top is None else top["error_type"],
        "steps": row["steps"],
        "llm_calls": row["llm_calls"],
        "tool_calls": row["tool_calls"],
        "errors": row["errors"],
        "input_tokens": row["input_tokens"],
        "output_tokens": row["output_tokens"],
        "cost_usd": None if cost is None else to_usd(cost),
        "unpriced_calls": row["unpriced_calls"],
    }

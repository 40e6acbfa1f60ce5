"""The `/metrics` page: a custom collector over the totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar

from spanwise_collector.query import Exemplar as Found
from spanwise_collector.reader import Passed, Reader, Total
from spanwise_schema.measures import MEASURES, NANO
from spanwise_schema.metrics import METRICS, Metric


class TotalsCollector(Collector):
    """Turns the reader's totals into metric families, each declared in the metric catalogue."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def collect(self) -> Iterator[Family]:
        """Give every metric of the catalogue, also those without a sample yet."""
        totals = self._reader.totals()
        for metric in METRICS:
            yield _family(metric, totals.get(metric.name, ()))
        yield from map(_passed, self._reader.passed())


def _family(metric: Metric, rows: Sequence[Total]) -> Family:
    match metric.type:
        case "histogram":
            return _histogram(metric, rows)
        case "counter":
            counter = CounterMetricFamily(metric.name, metric.help, labels=metric.labels)
            for row in rows:
                counter.add_metric(row.labels, row.sum)
            return counter
        case "gauge":
            gauge = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
            for row in rows:
                gauge.add_metric(row.labels, row.sum)
            return gauge


def _histogram(metric: Metric, rows: Sequence[Total]) -> Family:
    family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    bounds: Final = [*map(repr, metric.buckets), "+Inf"]
    for row in rows:
        exemplars = {number: _exemplar(metric, found) for number, found in row.exemplars.items()}
        buckets: list[tuple[str, float] | tuple[str, float, Exemplar]] = [
            (bound, upto, exemplars[number]) if number in exemplars else (bound, upto)
            for number, (bound, upto) in enumerate(zip(bounds, accumulate(row.buckets), strict=True))
        ]
        family.add_metric(row.labels, buckets, row.sum)
    return family


def _passed(found: Passed) -> Family:
    """Write a metric of somebody else's."""
    family = Family(found.name, "Passed on as it was received.", found.type)
    for labels, bounds, values in found.series:
        match found.type:
            case "counter":
                family.add_sample(f"{found.name}_total", labels, values[0])
            case "gauge":
                family.add_sample(found.name, labels, values[0])
            case "histogram":
                _add_buckets(family, labels, bounds, values)
            case "summary":
                for quantile, value in zip(bounds, values[2:], strict=True):
                    family.add_sample(found.name, {**labels, "quantile": repr(quantile)}, value)
                family.add_sample(f"{found.name}_count", labels, values[0])
                family.add_sample(f"{found.name}_sum", labels, values[1])
    return family


def _add_buckets(family: Family, labels: dict[str, str], bounds: Sequence[float], values: Sequence[float]) -> None:
    counts = list(accumulate(values[1:]))
    for bound, upto in zip([*map(repr, bounds), "+Inf"], counts, strict=True):
        family.add_sample(f"{family.name}_bucket", {**labels, "le": bound}, upto)
    family.add_sample(f"{family.name}_count", labels, counts[-1])
    family.add_sample(f"{family.name}_sum", labels, values[0])


def _exemplar(metric: Metric, found: Found) -> Exemplar:
    span = {} if found.span_id is None else {"span_id": found.span_id.hex()}
    labels = {"trace_id": found.trace_id.hex(), **span}
    return Exemplar(labels, found.value / MEASURES[metric.measure].atom, found.end_ns / NANO)


def routes(reader: Reader) -> APIRouter:
    """Make the route."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(TotalsCollector(reader))
    ProcessCollector(registry=registry)
    router = APIRouter(tags=["metrics"])

    @router.get("/metrics", summary="Prometheus metrics, as text or OpenMetrics")
    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        await reader.settled()
        page = await run_in_threadpool(encode, registry)
        return Response(page, headers={"content-type": content_type})

    _ = metrics
    return router

"""Log records and metrics as a sender makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
    Summary,
    SummaryDataPoint,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from tests.support.otlp import NOW_NS, Value, any_value, key_values

DELTA = 1
CUMULATIVE = 2


def event(
    name: str,
    attributes: Mapping[str, Value] | None = None,
    *,
    time_ns: int = NOW_NS,
    observed_ns: int = NOW_NS + 5,
    trace_id: bytes = b"",
    span_id: bytes = b"",
    body: Value = None,
) -> LogRecord:
    """Make one event, named in the record's own field."""
    return LogRecord(
        event_name=name,
        time_unix_nano=time_ns,
        observed_time_unix_nano=observed_ns,
        trace_id=trace_id,
        span_id=span_id,
        body=any_value(body),
        attributes=key_values(attributes or {}),
    )


def claude_event(name: str, attributes: Mapping[str, Value], *, time_ns: int = NOW_NS) -> LogRecord:
    """Make one event as Claude Code does: its name in the body, the bare name in an attribute."""
    told: dict[str, Value] = {"event.name": name, "session.id": "s-1", "prompt.id": "p-1", "user.id": "u-1"}
    return event("", {**told, **attributes}, time_ns=time_ns, body=f"claude_code.{name}")


def logs(
    records: Sequence[LogRecord], resource: Mapping[str, Value] | None = None, scope: str = "acme.events"
) -> ExportLogsServiceRequest:
    """Make the request that an exporter sends for these records."""
    told = {"service.name": "research-api"} if resource is None else resource
    scoped = ScopeLogs(scope=InstrumentationScope(name=scope, version="1"), log_records=records)
    return ExportLogsServiceRequest(
        resource_logs=[ResourceLogs(resource=Resource(attributes=key_values(told)), scope_logs=[scoped])]
    )


def metrics(
    made: Sequence[Metric], resource: Mapping[str, Value] | None = None, scope: str = ""
) -> ExportMetricsServiceRequest:
    """Make the request that an exporter sends for these metrics."""
    told = {"service.name": "research-api"} if resource is None else resource
    scoped = ScopeMetrics(scope=InstrumentationScope(name=scope), metrics=made)
    return ExportMetricsServiceRequest(
        resource_metrics=[ResourceMetrics(resource=Resource(attributes=key_values(told)), scope_metrics=[scoped])]
    )


def number(
    value: float | None,
    attributes: Mapping[str, Value] | None = None,
    *,
    start_ns: int = NOW_NS - 60,
    time_ns: int = NOW_NS,
    flags: int = 0,
) -> NumberDataPoint:
    """Make one point; a whole number is written as one, null as no value."""
    point = NumberDataPoint(
        attributes=key_values(attributes or {}), start_time_unix_nano=start_ns, time_unix_nano=time_ns, flags=flags
    )
    if isinstance(value, int):
        point.as_int = value
    elif value is not None:
        point.as_double = value
    return point


def counter(name: str, points: Sequence[NumberDataPoint], unit: str = "", temporality: int = DELTA) -> Metric:
    """Make a counter."""
    told = Sum(data_points=points, aggregation_temporality=temporality, is_monotonic=True)  # type: ignore[arg-type]
    return Metric(name=name, unit=unit, sum=told)


def up_down(name: str, points: Sequence[NumberDataPoint], unit: str = "", temporality: int = CUMULATIVE) -> Metric:
    """Make a sum that may fall."""
    return Metric(name=name, unit=unit, sum=Sum(data_points=points, aggregation_temporality=temporality))  # type: ignore[arg-type]


def gauge(name: str, points: Sequence[NumberDataPoint], unit: str = "") -> Metric:
    """Make a gauge."""
    return Metric(name=name, unit=unit, gauge=Gauge(data_points=points))


def histogram(
    name: str,
    counts: Sequence[int],
    bounds: Sequence[float],
    total: float,
    unit: str = "",
    *,
    temporality: int = DELTA,
    time_ns: int = NOW_NS,
) -> Metric:
    """Make a histogram of one point."""
    point = HistogramDataPoint(
        start_time_unix_nano=NOW_NS - 60, time_unix_nano=time_ns, count=sum(counts), sum=total, bucket_counts=counts,
        explicit_bounds=bounds,
    )  # fmt: skip
    told = Histogram(data_points=[point], aggregation_temporality=temporality)  # type: ignore[arg-type]
    return Metric(name=name, unit=unit, histogram=told)


def exponential(name: str, count: int, total: float) -> Metric:
    """Make an exponential histogram of one point."""
    point = ExponentialHistogramDataPoint(time_unix_nano=NOW_NS, count=count, sum=total, zero_count=count, scale=3)
    told = ExponentialHistogram(data_points=[point], aggregation_temporality=CUMULATIVE)  # type: ignore[arg-type]
    return Metric(name=name, exponential_histogram=told)


def summary(name: str, count: int, total: float, quantiles: Mapping[float, float]) -> Metric:
    """Make a summary of one point."""
    values = [SummaryDataPoint.ValueAtQuantile(quantile=q, value=value) for q, value in quantiles.items()]
    point = SummaryDataPoint(time_unix_nano=NOW_NS, count=count, sum=total, quantile_values=values)
    return Metric(name=name, summary=Summary(data_points=[point]))

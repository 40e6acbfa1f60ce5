"""An OTLP metric export request, as protobuf, to points."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    DataPointFlags,
    ExponentialHistogramDataPoint,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    SummaryDataPoint,
)

from spanwise_collector.decode.shallow import sparing
from spanwise_collector.errors import Malformed, TooLarge
from spanwise_collector.point import Labels, MetricType, Point, Temporality

MAX_POINTS: Final = 200_000
"""Points in one request."""

_MAX_BUCKETS: Final = 500
_LONGEST: Final = 256  # of a label's value: longer ones are contents, not names
_INT64_MAX: Final = (1 << 63) - 1
_TEMPORALITY: Final[dict[int, Temporality]] = {
    AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA: "delta",
    AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE: "cumulative",
}
_Data = NumberDataPoint | HistogramDataPoint | ExponentialHistogramDataPoint | SummaryDataPoint


class _Refused(Exception):
    """The point cannot be read; the reason is counted and told."""


@dataclass(frozen=True, slots=True)
class Points:
    """What a request holds.

    Attributes:
        points: in the order of the request.
        rejected: reason -> points.
    """

    points: tuple[Point, ...]
    rejected: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the points of one metric share."""

    metric: Metric
    type: MetricType
    temporality: Temporality | None
    resource: Labels
    scope: tuple[str, str]

    def point(self, data: _Data) -> Point:
        """Read one point. Raises _Refused."""
        start_ns, time_ns = data.start_time_unix_nano, data.time_unix_nano
        if not self.metric.name:
            raise _Refused("no name")
        if self.temporality is None:
            raise _Refused("no temporality")
        if not 0 < time_ns <= _INT64_MAX or start_ns > _INT64_MAX:
            raise _Refused("no time" if not time_ns else "time out of range")
        ended = bool(data.flags & DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK)
        bounds, values = ((), ()) if ended else _values(data)
        if not all(map(math.isfinite, (*bounds, *values))):
            raise _Refused("not a finite number")
        if self.type == "counter" and values and values[0] < 0:
            raise _Refused("a negative count")
        return Point(
            self.metric.name, self.metric.unit, self.type, self.temporality, self.resource, self.scope,
            labels(data.attributes), start_ns, time_ns, bounds, values,
        )  # fmt: skip


def read_metrics(body: bytes) -> Points:
    """Parse an ExportMetricsServiceRequest.

    Points that say nothing that can be counted are in `rejected`, the others kept. Exponential histograms are
    histograms without bounds. Raises Malformed, and TooLarge for more than MAX_POINTS points.
    """
    try:
        request = sparing(ExportMetricsServiceRequest.FromString, body, ExportMetricsServiceRequest)
    except DecodeError as fault:
        expected = "expected an ExportMetricsServiceRequest as protobuf"
        raise Malformed(f"{expected}, got {len(body)} bytes: {fault}") from fault
    points: list[Point] = []
    rejected = Counter[str]()
    for frame, data in _listed(request):
        if len(points) + rejected.total() >= MAX_POINTS:
            raise TooLarge(f"expected at most {MAX_POINTS} data points in a request, got more")
        try:
            points.append(frame.point(data))
        except _Refused as fault:
            rejected[str(fault)] += 1
    return Points(tuple(points), dict(rejected))


def _listed(request: ExportMetricsServiceRequest) -> Iterator[tuple[_Frame, _Data]]:
    for resource_metrics in request.resource_metrics:
        resource = labels(resource_metrics.resource.attributes)
        for scope_metrics in resource_metrics.scope_metrics:
            scope = (scope_metrics.scope.name, scope_metrics.scope.version)
            for metric in scope_metrics.metrics:
                for kind, temporality, data in _data(metric):
                    yield _Frame(metric, kind, temporality, resource, scope), data


def _data(metric: Metric) -> Iterator[tuple[MetricType, Temporality | None, _Data]]:
    """List the points of a metric with what they are; a sum that may fall again is a gauge that adds up."""
    for data in metric.gauge.data_points:
        yield "gauge", "newest", data
    kind = "counter" if metric.sum.is_monotonic else "gauge"
    for data in metric.sum.data_points:
        yield kind, _TEMPORALITY.get(metric.sum.aggregation_temporality), data
    for each in (metric.histogram, metric.exponential_histogram):
        for data in each.data_points:
            yield "histogram", _TEMPORALITY.get(each.aggregation_temporality), data
    for data in metric.summary.data_points:
        yield "summary", "newest", data


def _values(data: _Data) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Read bounds and values, as in Point. Raises _Refused."""
    match data:
        case NumberDataPoint():
            return (), (_number(data),)
        case HistogramDataPoint():
            return _buckets(data)
        case ExponentialHistogramDataPoint():
            return (), (data.sum, float(data.count))
        case SummaryDataPoint():
            quantiles = sorted((each.quantile, each.value) for each in data.quantile_values)
            told = [(quantile, value) for quantile, value in quantiles if not math.isnan(value)]
            return tuple(q for q, _ in told), (float(data.count), data.sum, *(value for _, value in told))


def _number(data: NumberDataPoint) -> float:
    match data.WhichOneof("value"):
        case "as_int":
            return float(data.as_int)
        case "as_double":
            return data.as_double
        case _:
            raise _Refused("no value")


def _buckets(data: HistogramDataPoint) -> tuple[tuple[float, ...], tuple[float, ...]]:
    bounds, counts = tuple(data.explicit_bounds), tuple(map(float, data.bucket_counts))
    if not counts and not bounds:
        counts = (float(data.count),)
    if len(counts) != len(bounds) + 1 or len(bounds) > _MAX_BUCKETS:
        raise _Refused("buckets that fit no bounds")
    if any(upper <= lower for lower, upper in pairwise(bounds)):
        raise _Refused("bounds that do not grow")
    return bounds, (data.sum, *counts)


def labels(attributes: Iterable[KeyValue]) -> Labels:
    """Read attributes as labels: those with a text, a number or a truth value, sorted by key, cut to 256 characters."""
    read = {attribute.key: _text(attribute.value) for attribute in attributes}
    return tuple(sorted((key, value[:_LONGEST]) for key, value in read.items() if value is not None))


def _text(value: AnyValue) -> str | None:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return "true" if value.bool_value else "false"
        case "int_value":
            return str(value.int_value)
        case "double_value":
            return repr(value.double_value)
        case _:
            return None

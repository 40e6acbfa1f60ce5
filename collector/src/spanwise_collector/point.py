"""One number of a metric that somebody sent, however it was written on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MetricType = Literal["counter", "gauge", "histogram", "summary"]
Temporality = Literal["delta", "cumulative", "newest"]
"""What a point says: what was added since the last one, what there is since a start, or what is true now."""

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One point of one series.

    Attributes:
        name: of the metric, as OpenTelemetry spells it.
        unit: as UCUM spells it; may be empty.
        type: what Prometheus calls such a metric.
        temporality: what the values say.
        resource: attributes of the resource, sorted by key.
        scope: name and version of the instrumentation.
        attributes: of the point, sorted by key.
        start_ns: Unix time; 0 where it is not told.
        time_ns: Unix time.
        bounds: upper bounds of the buckets of a histogram, without +Inf; the quantiles of a summary.
        values: one value; for a histogram the sum, then the buckets (not cumulative); for a summary the count,
            the sum and the value of each quantile; none where the series ended.
    """

    name: str
    unit: str
    type: MetricType
    temporality: Temporality
    resource: Labels
    scope: tuple[str, str]
    attributes: Labels
    start_ns: int
    time_ns: int
    bounds: tuple[float, ...]
    values: tuple[float, ...]

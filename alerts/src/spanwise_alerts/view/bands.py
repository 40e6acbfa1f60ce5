"""What anomaly rules expect, as numbers for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from prometheus_client.core import GaugeMetricFamily

from spanwise_alerts.detect.anomaly.band import Band
from spanwise_schema.alert_metrics import ANOMALY_SCORE, EXPECTED, EXPECTED_LOWER, EXPECTED_UPPER, OBSERVED
from spanwise_schema.metrics import LABEL


def families(bands: Mapping[str, Sequence[Band]]) -> Iterator[GaugeMetricFamily]:
    """Write the newest bands by rule; the side of a band that is not watched is not there."""
    made = [
        GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
        for metric in (OBSERVED, EXPECTED, EXPECTED_LOWER, EXPECTED_UPPER, ANOMALY_SCORE)
    ]
    for rule, points in sorted(bands.items()):
        for band in points:
            by = dict(band.series)
            labels = [rule, *(by.get(dimension, "") for dimension in LABEL)]
            each = (band.value, band.expected, band.lower, band.upper, band.score)
            for family, value in zip(made, each, strict=True):
                if value is not None:
                    family.add_metric(labels, value)
    yield from made

"""The totals since ever, as Prometheus counts: counters and histograms that never go back."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final

import polars as pl

from spanwise_collector.rollup.series import SeriesBook
from spanwise_schema.measures import DIMENSIONS, MEASURES, RECORDED
from spanwise_schema.metrics import METRICS, Metric


@dataclass(slots=True)
class Total:
    """What one metric's label set has seen: observations for each bucket (not cumulative), and their sum in atoms."""

    buckets: list[int]
    sum: int = 0

    @property
    def count(self) -> int:
        """Observations."""
        return sum(self.buckets)


Labels = tuple[str, ...]
METRIC_OF: Final = {RECORDED.index(metric.measure): metric for metric in METRICS if metric.measure}
"""The metric that a recorded measure is exposed as, by the measure's number."""
_CHOOSE: Final = {
    metric.name: itemgetter(*(DIMENSIONS.index(d) for d in metric.dimensions)) for metric in METRIC_OF.values()
}


@dataclass(slots=True)
class Totals:
    """Totals by metric name and label values, in the order of `Metric.labels`."""

    of: dict[str, dict[Labels, Total]] = field(default_factory=dict[str, dict[Labels, Total]])

    def add(self, delta: pl.DataFrame, book: SeriesBook) -> None:
        """Add delta rows (columns `series`, `measure`, `le`, `count`, `sum`)."""
        merged = delta.group_by("measure", "series", "le").agg(pl.col("count").sum(), pl.col("sum").sum())
        rows: dict[tuple[int, int], Total] = {}
        for measure, series, le, count, total in merged.iter_rows():
            row = rows.get((measure, series))
            if row is None:
                row = rows[measure, series] = self._row(METRIC_OF[measure], book.labels(series))
            row.buckets[le] += count
            row.sum += total

    def _row(self, metric: Metric, values: Labels) -> Total:
        labels = labels_of(metric, values)
        rows = self.of.setdefault(metric.name, {})
        row = rows.get(labels)
        if row is None:
            row = rows[labels] = Total([0] * (len(metric.buckets) + 1))
        return row

    def dump(self) -> list[tuple[str, Labels, list[int], int]]:
        """Give what a checkpoint keeps."""
        return [
            (name, labels, list(row.buckets), row.sum) for name, rows in self.of.items() for labels, row in rows.items()
        ]

    def load(self, dumped: list[tuple[str, Labels, list[int], int]]) -> None:
        """Take up what a checkpoint kept; metrics that are no more are left out."""
        known = {metric.name: len(metric.buckets) + 1 for metric in METRIC_OF.values()}
        for name, labels, buckets, total in dumped:
            if known.get(name) == len(buckets):
                self.of.setdefault(name, {})[tuple(labels)] = Total(list(buckets), total)


def labels_of(metric: Metric, values: Labels) -> Labels:
    """Choose the label values of a metric from the values of DIMENSIONS."""
    return _CHOOSE[metric.name](values)


def in_unit(metric: Metric, atoms: int) -> float:
    """Turn a sum of atoms into the metric's unit."""
    return atoms / MEASURES[metric.measure].atom

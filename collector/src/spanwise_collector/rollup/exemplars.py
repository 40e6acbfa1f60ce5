"""One call for each bucket of the latency histograms, the newest: it leads from a number to a trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from spanwise_collector.query import Exemplar
from spanwise_collector.rollup.series import SeriesBook
from spanwise_collector.rollup.totals import METRIC_OF, Labels, labels_of

_Key = tuple[str, Labels]


class Exemplars:
    """The newest call of each bucket, by metric name and label values. One thread adds, any thread reads.

    Args:
        limit: label sets; the one that was without a call for longest goes first.
    """

    def __init__(self, limit: int = 5_000) -> None:
        self._limit: Final = limit
        self._of: dict[_Key, dict[int, Exemplar]] = {}

    def add(self, newest: pl.DataFrame, book: SeriesBook, until_ns: int) -> None:
        """Take up the newest calls of a batch; those that ended after `until_ns` are from a wrong clock.

        Args:
            newest: columns of `Folded.newest`.
            book: numbers the series.
            until_ns: Unix time.
        """
        of: dict[tuple[int, int], dict[int, Exemplar]] = {}
        for measure, series, le, value, end_ns, trace_id, span_id in newest.iter_rows():
            if end_ns > until_ns:
                continue
            buckets = of.get((measure, series))
            if buckets is None:
                metric = METRIC_OF[measure]
                key = (metric.name, labels_of(metric, book.labels(series)))
                buckets = of[measure, series] = self._of[key] = self._of.pop(key, {})  # put last: it is the newest
            have = buckets.get(le)
            if have is None or have.end_ns <= end_ns:
                buckets[le] = Exemplar(trace_id, span_id, value, end_ns)
        while len(self._of) > self._limit:
            del self._of[next(iter(self._of))]

    def of(self, name: str, labels: Labels) -> Mapping[int, Exemplar]:
        """Give the exemplars of a label set by the number of their bucket; none if there are none."""
        return dict(self._of.get((name, labels), ()))

"""PromQL over the declared metrics: an unknown sample or label is refused when the board is built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from spanwise_dashboards.board import Variable
from spanwise_schema.metrics import LABEL, Metric

Sample = Literal["total", "bucket", "sum", "count"]

RATE_INTERVAL: Final = "$__rate_interval"
RANGE: Final = "$__range"

_SAMPLES: Final[dict[str, tuple[Sample, ...]]] = {"counter": ("total",), "histogram": ("count", "sum", "bucket")}
FAILED: Final = f'{LABEL["error_type"]}!=""'
"""The matcher of what failed."""
SCRAPED: Final = ("job", "instance")
"""Labels that Prometheus itself gives to every sample: where it comes from."""
SUCCEEDED: Final = f'{LABEL["error_type"]}=""'
"""The matcher of what did not."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Queries that follow a board's variables: each filters the metrics that have its label.

    Methods take `by` as Prometheus label names and raise ValueError for one that the metric does not have.
    """

    variables: tuple[Variable, ...]

    def rate(
        self,
        metric: Metric,
        by: Sequence[str] = (),
        *,
        sample: Sample | None = None,
        window: str = RATE_INTERVAL,
        only: str = "",
    ) -> str:
        """Ask for the increase per second of a counter, or of a histogram's `count` or `sum`; `only` is one matcher."""
        return f"{_sum(metric, by)} (rate({self._series(metric, sample, only)}[{window}]))"

    def increase(self, metric: Metric, by: Sequence[str] = (), *, sample: Sample | None = None, only: str = "") -> str:
        """Ask how much a counter, or a histogram's `count` or `sum`, grew in the time that the board shows."""
        return f"{_sum(metric, by)} (increase({self._series(metric, sample, only)}[{RANGE}]))"

    def buckets(self, metric: Metric, *, window: str = RATE_INTERVAL) -> str:
        """Ask for the growth of each bucket of a histogram, as a heat map draws it.

        Raises:
            ValueError: it is not a histogram.
        """
        return f"sum by (le) (increase({self._series(metric, 'bucket')}[{window}]))"

    def ratio(self, part: str, whole: str) -> str:
        """Divide two queries; no data where the second has no traffic."""
        return f"{part} / ({whole} > 0)"

    def gauge(self, metric: Metric, by: Sequence[str] = (), *, only: str = "") -> str:
        """Ask for the sum of a gauge; `only` is one matcher.

        Raises:
            ValueError: it is not a gauge.
        """
        return f"{_sum(metric, by)} ({self._gauge(metric, only)})"

    def highest(self, metric: Metric, by: Sequence[str] = ()) -> str:
        """Ask for the highest value of a gauge.

        Raises:
            ValueError: it is not a gauge.
        """
        return f"{_by('max', metric, by)} ({self._gauge(metric)})"

    def count(self, metric: Metric, *, at_least: float | None = None) -> str:
        """Ask how many series a gauge has, or how many that are not below a value; 0 where there is none.

        Raises:
            ValueError: it is not a gauge.
        """
        bound = "" if at_least is None else f" >= {at_least:g}"
        return f"count({self._gauge(metric)}{bound}) or vector(0)"

    def of_the_highest(self, metric: Metric, ranked: Metric) -> str:
        """Ask for a gauge of the one series in which another gauge rose highest in the time that the board shows.

        Raises:
            ValueError: they are not gauges, or have not the same labels.
        """
        if metric.labels != ranked.labels:
            raise ValueError(f"{metric.name} and {ranked.name} have different labels")
        # The rank is taken at the end of the range for every step: else the line would jump from series to series.
        rank = f"topk(1, max_over_time({self._gauge(ranked)}[{RANGE}] @ end()))"
        return f"{self._gauge(metric)} and {rank}"

    def error_ratio(self, metric: Metric, by: Sequence[str] = (), *, window: str = RATE_INTERVAL) -> str:
        """Ask for the share of failed ones, 0 to 1: 0 where none failed, no data where there was no traffic."""
        failed = self.rate(metric, by, sample="count", window=window, only=FAILED)
        total = self.rate(metric, by, sample="count", window=window)
        return self.ratio(f"({failed} or 0 * {total})", total)

    def quantile(self, q: float, metric: Metric, by: Sequence[str] = (), *, window: str = RATE_INTERVAL) -> str:
        """Ask for a quantile of a histogram; no data where there was no traffic.

        Raises:
            ValueError: it is not a histogram.
        """
        _check(metric, by)
        buckets = f"sum by ({', '.join(('le', *by))}) (rate({self._series(metric, 'bucket')}[{window}]))"
        # Without traffic the quantile is NaN, which a stat panel would show; the comparison drops it.
        return f"histogram_quantile({q:g}, {buckets}) >= 0"

    def newcomers(self, metric: Metric, by: Sequence[str]) -> str:
        """Ask for label values of a gauge that came within the last two minutes and were not there the hour before.

        Raises:
            ValueError: it is not a gauge.
        """
        there = _by("group", metric, by)
        before = f"last_over_time({self._gauge(metric)}[1h] offset 2m)"
        return f"{there} ({self._gauge(metric)}) unless {there} ({before})"

    def label_values(self, variable: Variable) -> str:
        """Ask for the values of a variable, narrowed by the variables before it."""
        _check(variable.metric, (variable.label,))
        earlier = Scope(self.variables[: self.variables.index(variable)])
        of = earlier._gauge if variable.metric.type == "gauge" else earlier._series
        return f"label_values({of(variable.metric)}, {variable.label})"

    def _gauge(self, metric: Metric, *matchers: str) -> str:
        if metric.type != "gauge":
            raise ValueError(f"{metric.name} is a {metric.type}; expected a gauge")
        return self._selector(metric, metric.name, *matchers)

    def _series(self, metric: Metric, sample: Sample | None = None, *matchers: str) -> str:
        allowed = _SAMPLES.get(metric.type)
        if allowed is None:
            raise ValueError(f"{metric.name} is a {metric.type}; expected a counter or a histogram")
        chosen = sample or allowed[0]
        if chosen not in allowed:
            raise ValueError(f"{metric.name} is a {metric.type} and has no sample {chosen!r}; it has {list(allowed)}")
        return self._selector(metric, f"{metric.name}_{chosen}", *matchers)

    def _selector(self, metric: Metric, name: str, *matchers: str) -> str:
        scope = [f'{each.label}=~"${each.name}"' for each in self.variables if has(metric, each.label)]
        chosen = [*scope, *(each for each in matchers if each)]
        return f"{name}{{{','.join(chosen)}}}" if chosen else name


def has(metric: Metric, label: str) -> bool:
    """Tell whether the samples of a metric have a label."""
    return label in metric.labels or label in SCRAPED


def _sum(metric: Metric, by: Sequence[str]) -> str:
    return _by("sum", metric, by)


def _by(how: str, metric: Metric, by: Sequence[str]) -> str:
    _check(metric, by)
    return f"{how} by ({', '.join(by)})" if by else how


def _check(metric: Metric, labels: Sequence[str]) -> None:
    for label in labels:
        if not has(metric, label):
            raise ValueError(f"{metric.name} has no label {label!r}; it has {list(metric.labels)}")

"""What may be asked of the totals: one measure, one statistic, grouped and filtered, over one or more windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spanwise_schema.measures import Dimension, Measure, Stat


@dataclass(frozen=True, slots=True)
class Query:
    """One question. Point i covers the spans that ended in (end_i - window, end_i], end_i = start + i * step.

    Attributes:
        measure: of the catalogue.
        stat: one that the measure allows.
        by: dimensions that make the series.
        where: only series with one of these values of a dimension.
        window_ns: how far back each point looks.
        start_ns: end of the first point's window, Unix time.
        step_ns: from one point's end to the next; 0 for a question about one moment.
        points: how many points.
    """

    measure: Measure
    stat: Stat
    by: tuple[Dimension, ...]
    where: Mapping[Dimension, frozenset[str]]
    window_ns: int
    start_ns: int
    step_ns: int = 0
    points: int = 1

    @property
    def first_ns(self) -> int:
        """The oldest moment that the question looks at."""
        return self.start_ns - self.window_ns

    @property
    def last_ns(self) -> int:
        """The newest moment that the question looks at."""
        return self.start_ns + (self.points - 1) * self.step_ns


@dataclass(frozen=True, slots=True)
class Point:
    """One number of one series.

    Attributes:
        at_ns: end of its window, Unix time.
        value: in the measure's unit; null where nothing was observed.
        count: observations behind the value.
    """

    at_ns: int
    value: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one group, oldest first; a missing label is the empty string."""

    labels: Mapping[str, str]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One call that a bucket of a histogram counts.

    Attributes:
        trace_id: 16 bytes.
        span_id: 8 bytes; null where it is not known.
        value: in atoms of the measure.
        end_ns: when it ended, Unix time.
    """

    trace_id: bytes
    span_id: bytes | None
    value: int
    end_ns: int

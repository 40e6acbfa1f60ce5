"""What may be asked of the totals: one measure, one statistic, grouped and filtered, over one or more windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from spanwise_schema.measures import DIMENSIONS, Dimension, Measure, Stat

WHO: Final = {"user": "user", "session": "conversation_id"}
"""Dimensions that only stored spans have, by the column that holds them."""

SUMMED_BY: Final[tuple[str, ...]] = (*DIMENSIONS, *WHO)
"""What sums may be grouped and filtered by."""


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


@dataclass(frozen=True, slots=True)
class Column:
    """The answer to one of many questions about moments: numbers by group.

    Attributes:
        by: the dimensions that make the groups.
        observed: equal for answers that have the groups and the counts in common.
        groups: numbers of groups in which something was observed, rising; whole numbers.
        values: in the measure's unit, a group each; not a number where there is none.
        counts: observations behind the values.
        complete_from_ns: since when the numbers are whole, where the data do not reach back far enough; Unix time.
    """

    by: tuple[str, ...]
    observed: int
    groups: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]
    complete_from_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers to many questions, in their places.

    Attributes:
        labels: of each group by its number, in the order of `by`; a missing one is the empty string.
    """

    labels: Mapping[tuple[str, ...], Sequence[tuple[str, ...]]]
    columns: Sequence[Column]


@dataclass(frozen=True, slots=True)
class Sum:
    """A question: the sum of a measure since a moment.

    Attributes:
        by: dimensions, `user` and `session` among them.
        where: only what has one of these values of a dimension.
        since_ns: Unix time; of live numbers rounded down to 10 s.
        top: only the so many with the greatest sums; 0 for all.
    """

    measure: Measure
    by: tuple[str, ...]
    where: Mapping[str, frozenset[str]]
    since_ns: int
    top: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """The answer: labels in the order of `by`, sums in the measure's unit, observations behind them.

    Attributes:
        complete_from_ns: since when there are data, where that is later than what was asked; Unix time.
    """

    labels: Sequence[tuple[str, ...]]
    sums: Sequence[float]
    counts: Sequence[int]
    complete_from_ns: int | None

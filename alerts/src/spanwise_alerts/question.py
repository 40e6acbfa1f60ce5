"""What is asked of a source of numbers, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from spanwise_alerts.alert import Labels


@dataclass(frozen=True, slots=True)
class Question:
    """One statistic of one measure, over one stretch of time.

    Attributes:
        measure: of the catalogue; empty for `promql`.
        stat: one that the measure has.
        by: dimensions that make the series.
        where: only series with these values of dimensions.
        window_s: how long the stretch is; not looked at where `since_s` is given.
        ago_s: how long before the moment of asking the stretch ends.
        since_s: the beginning of the stretch (Unix time), in place of a window.
        top: only the so many series with the greatest values; 0 for all.
        fresh_s: how old an answer may be.
        promql: an expression of the user's own, in place of a measure.
        runaway: bounds of signs by name, in place of a measure: which runs have run away.
    """

    measure: str
    stat: str
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    window_s: float = 0.0
    ago_s: float = 0.0
    since_s: float | None = None
    top: int = 0
    fresh_s: float = 0.0
    promql: str = ""
    runaway: tuple[tuple[str, float], ...] = ()


class Table:
    """The labels of the series of an answer; two answers about the same series share one."""

    def __init__(self, labels: Sequence[Labels]) -> None:
        self.labels = tuple(labels)

    @cached_property
    def places(self) -> dict[Labels, int]:
        """Where each series is."""
        return {labels: place for place, labels in enumerate(self.labels)}


@dataclass(frozen=True, slots=True)
class Answer:
    """Numbers by series: value and count beside the labels of the table.

    Attributes:
        values: in the unit of the question; None where nothing was observed.
        counts: observations behind the value.
        complete_from_s: since when the numbers are whole, where the data do not reach back over all of the stretch.
        details: more about each series, where there is more than a number.
    """

    table: Table
    values: Sequence[float | None]
    counts: Sequence[int]
    complete_from_s: float | None = None
    details: Sequence[Mapping[str, Any]] = ()

    def of(self, labels: Labels) -> tuple[float | None, int]:
        """Return the value and the count of a series."""
        place = self.table.places.get(labels)
        return (None, 0) if place is None else (self.values[place], self.counts[place])


NOTHING = Answer(Table(()), (), ())

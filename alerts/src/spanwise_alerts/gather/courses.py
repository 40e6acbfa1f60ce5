"""How a measure went around the breach, to be drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final

from spanwise_alerts.alert import Notice
from spanwise_alerts.evidence import Course
from spanwise_alerts.gather.evident import Courses
from spanwise_alerts.gather.subject import KEPT_S, Subject
from spanwise_alerts.question import Question
from spanwise_alerts.rule import Rule

_POINTS: Final = 72
_GRID_S: Final = 10.0
_LEAST_S: Final = 3600.0
_WINDOWS: Final = 3
_BEFORE: Final = 1.5
"""How much of what was before the breach is shown, against how long it lasts."""


def stretch(subject: Subject, notice: Notice) -> tuple[float, float]:
    """Return from when to when (Unix time) it is drawn: three windows, an hour at least, and the whole breach."""
    if subject.asked.since_s is not None:
        return subject.asked.since_s, subject.at_s
    breach_s = max(subject.at_s - notice.starts_at_s, 0.0)
    length_s = max(_WINDOWS * subject.window_s, _LEAST_S, _BEFORE * breach_s)
    return subject.at_s - min(length_s, KEPT_S), subject.at_s


async def of_subject(source: Courses, subject: Subject, notice: Notice) -> Course | None:
    """Draw a measure of the collector; None where nothing was observed."""
    start_s, end_s = stretch(subject, notice)
    step_s = _step_s(end_s - start_s)
    asked = subject.asked
    summed = asked.since_s is not None
    if summed:
        # what was spent since a moment is made of its steps
        asked = replace(asked, since_s=None, window_s=step_s)
        start_s += step_s
    points = await source.course(asked, start_s, end_s, step_s)
    values = [value for _, value in points]
    if summed:
        values = list(accumulate(value or 0.0 for value in values))
    title = f"{subject.measure.name} {asked.stat}"
    return _drawn(title, subject.unit, [at_s for at_s, _ in points], values, subject.threshold, notice)


async def of_question(source: Courses, rule: Rule, notice: Notice, asked: Question) -> Course | None:
    """Draw what a rule asks of another source; None where nothing was observed."""
    length_s = max(_LEAST_S, _WINDOWS * asked.window_s)
    step_s = _step_s(length_s)
    # the series of an expression have labels of their own
    names = notice.labels if asked.promql else [name for name in asked.by if name in notice.labels]
    series = tuple((name, notice.labels[name]) for name in names)
    narrowed = replace(asked, by=(), where=(*asked.where, *series))
    end_s = notice.updated_at_s
    points = await source.course(narrowed, end_s - length_s, end_s, step_s)
    times, values = [at_s for at_s, _ in points], [value for _, value in points]
    return _drawn(rule.name, rule.shown_unit, times, values, notice.threshold, notice)


def _drawn(
    title: str, unit: str, at_s: Sequence[float], values: Sequence[float | None], threshold: float | None,
    notice: Notice,
) -> Course | None:  # fmt: skip
    if all(value is None for value in values):
        return None
    expected = notice.expected
    lower = [] if expected is None else [expected.lower] * len(at_s)
    upper = [] if expected is None else [expected.upper] * len(at_s)
    return Course(title, unit, at_s, values, None if expected else threshold, lower, upper)


def _step_s(length_s: float) -> float:
    return max(math.ceil(length_s / _POINTS / _GRID_S) * _GRID_S, _GRID_S)

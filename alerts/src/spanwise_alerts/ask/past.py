"""Numbers of the collector, or of a Prometheus, over a stretch of time: asked for once, then read at its moments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import httpx
from pydantic import BaseModel, ValidationError

from spanwise_alerts.alert import Labels
from spanwise_alerts.errors import AskError
from spanwise_alerts.line import ADDED, Line
from spanwise_alerts.question import NOTHING, Answer, Question, Table

_MAX_POINTS: Final = 10_000
_TIMEOUT_S: Final = 120.0


class _Point(BaseModel):
    at: float
    value: float | None
    count: int


class _Series(BaseModel):
    labels: dict[str, str]
    points: list[_Point]


class _Answer(BaseModel):
    series: list[_Series]


Stretch = Callable[
    [Question, float, float, float], Awaitable[Mapping[Labels, Sequence[tuple[float, float | None, int]]]]
]
"""Gives all series of a question from one moment to another (Unix time), in steps: time, value and count."""


class Past:
    """Answers the questions of rules about moments that are `step_s` apart.

    A window that is longer than a step is put together from steps where its statistic allows it (sum, count, ratio);
    its edges are those of steps.
    """

    def __init__(self, url: str, step_s: float, stretch: Stretch | None = None) -> None:
        """Take the collector's address; with `stretch` that is asked in its place."""
        self._stretch = stretch
        self._url = url.rstrip("/")
        self._step_s = step_s
        self._lines: dict[Question, tuple[Table, list[Line]]] = {}

    async def read(
        self, questions: Callable[[float], Iterable[Question]], start_s: float, end_s: float
    ) -> None:  # fmt: skip
        """Read all that is asked at moments from `start_s` to `end_s` (Unix time).

        Raises:
            AskError: the collector does not answer, or cannot.
        """
        reach: dict[Question, float] = {}
        for question in questions(start_s):
            shape, added_s = self._shape(question, start_s)
            reach[shape] = max(reach.get(shape, 0.0), added_s or 0.0)
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False) as client:
            for shape, back_s in reach.items():
                series = await self._asked(client, shape, start_s - shape.ago_s - back_s, end_s - shape.ago_s)
                self._lines[shape] = _table(shape, series)

    def answer(self, question: Question, now_s: float) -> Answer:
        """Answer a question at a moment that was read."""
        shape, added_s = self._shape(question, now_s)
        table, lines = self._lines.get(shape, (NOTHING.table, []))
        # a moment belongs to the point that is nearest
        until_s = now_s - question.ago_s + self._step_s / 4
        if added_s is None:
            found = [line.last(until_s, self._step_s / 2) for line in lines]
        else:
            found = [line.between(question.stat, until_s - added_s, until_s) for line in lines]
        if question.top:
            found = _greatest(found, question.top)
        return Answer(table, [value for value, _ in found], [count for _, count in found])

    def _shape(self, question: Question, now_s: float) -> tuple[Question, float | None]:
        """Return what to read for a question, and how far back to add it up; None where one point is the answer."""
        window_s = question.window_s if question.since_s is None else now_s - question.since_s
        plain = replace(question, since_s=None, top=0, fresh_s=0.0)
        if question.since_s is not None or (window_s > self._step_s and question.stat in ADDED):
            return replace(plain, window_s=self._step_s), window_s
        return plain, None

    async def _asked(
        self, client: httpx.AsyncClient, shape: Question, start_s: float, end_s: float
    ) -> dict[Labels, list[_Point]]:
        if shape.promql and self._stretch is None:
            raise AskError("rules with promql are not in the collector's past; ask Prometheus for it")
        found: dict[Labels, list[_Point]] = {}
        # all moments of the stretch lie on one grid, counted from its end
        steps = int((end_s - start_s) // self._step_s)
        for begin in range(0, steps + 1, _MAX_POINTS):
            last = min(begin + _MAX_POINTS - 1, steps)
            times = (end_s - (steps - begin) * self._step_s, end_s - (steps - last) * self._step_s)
            for series in await self._part(client, shape, *times):
                labels = tuple(sorted((k, v) for k, v in series.labels.items() if v))
                found.setdefault(labels, []).extend(series.points)
        return found

    async def _part(
        self, client: httpx.AsyncClient, shape: Question, start_s: float, end_s: float
    ) -> Sequence[_Series]:
        if self._stretch is not None:
            lines = await self._stretch(shape, start_s, end_s, self._step_s)
            return [
                _Series(labels=dict(labels), points=[_Point(at=at_s, value=value, count=n) for at_s, value, n in line])
                for labels, line in lines.items()
            ]
        where = [("where", f"{name}:{value}") for name, value in shape.where]
        by = [("by", ",".join(shape.by))] if shape.by else []
        stretch = [
            ("start", f"{start_s:.3f}"), ("end", f"{end_s + 0.001:.3f}"), ("step", f"{self._step_s:g}s"),
            ("window", f"{shape.window_s:g}s"),
        ]  # fmt: skip
        asked = httpx.QueryParams([("measure", shape.measure), ("stat", shape.stat), *by, *where, *stretch])
        try:
            response = await client.get(f"{self._url}/api/v1/measure/range", params=asked)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AskError(f"{self._url} did not answer: {type(error).__name__} {error}".rstrip()) from error
        if not response.is_success:
            raise AskError(f"{self._url} answered {response.status_code}: {response.text[:300]}")
        try:
            return _Answer.model_validate_json(response.content).series
        except ValidationError as error:
            raise AskError(f"{self._url} answered something else: {error.errors()[0]['msg']}") from error


def _table(shape: Question, series: dict[Labels, list[_Point]]) -> tuple[Table, list[Line]]:
    lines: list[Line] = []
    for points in series.values():
        line = Line([p.at for p in points], [p.value for p in points], [p.count for p in points])
        line.sum_up(shape.stat)
        lines.append(line)
    return Table(list(series)), lines


def _greatest(found: list[tuple[float | None, int]], top: int) -> list[tuple[float | None, int]]:
    values = sorted((value for value, _ in found if value is not None), reverse=True)
    if len(values) <= top:
        return found
    return [(value, count) if value is not None and value >= values[top - 1] else (None, 0) for value, count in found]

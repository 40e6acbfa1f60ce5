"""A Prometheus-compatible server as a source: `GET /api/v1/query`, one expression a question."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec

from spanwise_alerts.alert import Labels
from spanwise_alerts.ask.promql import count_of, dimension_of, value_of
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Answer, Question, Table
from spanwise_alerts.sources import PrometheusServer

_AT_ONCE: Final = 8


class _Sample(msgspec.Struct, frozen=True):
    metric: dict[str, str]
    value: tuple[float, str]


class _Line(msgspec.Struct, frozen=True):
    metric: dict[str, str]
    values: list[tuple[float, str]]


class _Vector(msgspec.Struct, frozen=True):
    resultType: str  # noqa: N815  as Prometheus spells it
    result: msgspec.Raw


class _Told(msgspec.Struct, frozen=True):
    status: str
    data: _Vector | None = None
    error: str = ""


_DECODER: Final = msgspec.json.Decoder(_Told)


class Prometheus:
    """Asks a server over HTTP; some questions at once."""

    def __init__(self, name: str, config: PrometheusServer) -> None:
        self._name = name
        self._config = config
        limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
        timeout = httpx.Timeout(config.timeout_s, pool=None)
        tls = urlsplit(config.url).scheme == "https"
        self._client = httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False, verify=tls)

    def link(self, question: Question) -> str:
        """Return where a person can look at the numbers: the server's own graph."""
        try:
            asked = value_of(question)
        except AskError:
            return self._config.url
        return f"{self._config.url}/graph?{urlencode({'g0.expr': asked, 'g0.tab': '1'})}"

    async def ask(self, questions: Sequence[Question], at_s: float) -> Sequence[Answer | AskError]:
        """Answer questions about a moment (Unix time), each in its place.

        Raises:
            AskError: not one of them was answered.
        """
        found = await asyncio.gather(*(self._answer(question, at_s) for question in questions))
        faults = [answer for answer in found if isinstance(answer, AskError)]
        if faults and len(faults) == len(found):
            raise faults[0]
        return found

    async def _answer(self, question: Question, at_s: float) -> Answer | AskError:
        try:
            asked = _plain(question, at_s)
            expression, counting = value_of(asked), count_of(asked)
            values = await self._query(expression, at_s)
            counts = await self._query(counting, at_s) if counting else {}
        except AskError as error:
            return error
        finite = {labels: value for labels, value in values.items() if math.isfinite(value)}
        chosen = sorted(finite, key=lambda labels: -finite[labels])[: question.top or None]
        seen = [round(counts.get(labels, 0.0)) if counting else 1 for labels in chosen]
        return Answer(Table(chosen), [finite[labels] for labels in chosen], seen)

    async def course(
        self, question: Question, start_s: float, end_s: float, step_s: float
    ) -> list[tuple[float, float | None]]:
        """Return a question's one series over time: Unix time and value, a point each `step_s`.

        Of the series of a user's own expression it is the one whose labels are in `where`; [] where there is none.

        Raises:
            AskError: it was not answered.
        """
        wanted = set(question.where)
        for labels, line in (await self._range(value_of(question), start_s, end_s, step_s)).items():
            if not question.promql or wanted.issuperset(labels):
                return list(line.items())
        return []

    async def stretch(
        self, question: Question, start_s: float, end_s: float, step_s: float
    ) -> dict[Labels, list[tuple[float, float | None, int]]]:
        """Return all series of a question over time: Unix time, value and count; 1 where the metric does not count.

        Raises:
            AskError: it was not answered.
        """
        counting = count_of(question)
        values = await self._range(value_of(question), start_s, end_s, step_s)
        counts = await self._range(counting, start_s, end_s, step_s) if counting else {}
        found: dict[Labels, list[tuple[float, float | None, int]]] = {}
        for labels, line in values.items():
            seen = counts.get(labels, {})
            found[labels] = [
                (at_s, value, round(seen.get(at_s) or 0.0) if counting else 1) for at_s, value in line.items()
            ]
        return found

    async def _range(
        self, expression: str, start_s: float, end_s: float, step_s: float
    ) -> dict[Labels, dict[float, float | None]]:
        params = {"query": expression, "start": f"{start_s:.3f}", "end": f"{end_s:.3f}", "step": f"{step_s:g}"}
        told = await self._told("query_range", params)
        if told.resultType != "matrix":
            raise AskError(f"{self._name} gives a {told.resultType} over time, expected a matrix")
        found: dict[Labels, dict[float, float | None]] = {}
        for line in msgspec.json.decode(told.result, type=list[_Line]):
            values = ((at_s, float(value)) for at_s, value in line.values)
            found[_labels(line.metric)] = {at_s: value if math.isfinite(value) else None for at_s, value in values}
        return found

    async def _query(self, expression: str, at_s: float) -> dict[Labels, float]:
        return _values(await self._told("query", {"query": expression, "time": f"{at_s:.3f}"}))

    async def _told(self, path: str, params: dict[str, str]) -> _Vector:
        try:
            response = await self._client.get(
                f"{self._config.url}/api/v1/{path}", params=params, headers=self._authorization()
            )
        except (httpx.HTTPError, OSError) as error:
            raise AskError(f"{self._name} did not answer: {type(error).__name__} {error}".rstrip()) from error
        try:
            told = _DECODER.decode(response.content)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise AskError(f"{self._name} answered {response.status_code}: {response.text[:200]}") from error
        if told.status != "success" or told.data is None:
            raise AskError(f"{self._name} refused {params['query']!r}: {told.error}")
        return told.data

    def _authorization(self) -> dict[str, str]:
        if self._config.bearer_file is None:
            return {}
        # read anew, so that a changed token needs no restart
        return {"Authorization": f"Bearer {self._config.bearer_file.read_text(encoding='utf-8').strip()}"}

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _plain(question: Question, at_s: float) -> Question:
    """Give a sum since a moment the window that it is."""
    return question if question.since_s is None else replace(question, since_s=None, window_s=at_s - question.since_s)


def _values(told: _Vector) -> dict[Labels, float]:
    match told.resultType:
        case "scalar":
            _, value = msgspec.json.decode(told.result, type=tuple[float, str])
            return {(): float(value)}
        case "vector":
            samples = msgspec.json.decode(told.result, type=list[_Sample])
            return {_labels(sample.metric): float(sample.value[1]) for sample in samples}
        case other:
            raise AskError(f"the expression gives a {other}, expected a vector or a scalar")


def _labels(metric: dict[str, str]) -> Labels:
    return tuple(sorted((dimension_of(name), value) for name, value in metric.items() if value and name != "__name__"))

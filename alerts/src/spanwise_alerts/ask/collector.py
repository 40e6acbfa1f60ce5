"""The collector as a source: all questions of a tick in one `POST /api/v1/measure/batch`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec

from spanwise_alerts.alert import Labels
from spanwise_alerts.ask import runaway
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Answer, Question, Table

_TIMEOUT_S: Final = 5.0
_SLOW_TIMEOUT_S: Final = 60.0
_LIVE_S: Final = 2 * 86400.0


class _Table(msgspec.Struct, frozen=True):
    by: tuple[str, ...]
    rows: list[list[str]]


class _Set(msgspec.Struct, frozen=True):
    table: int
    counts: list[int]
    complete_from: float | None = None


class _Answer(msgspec.Struct, frozen=True):
    set: int | None = None
    values: list[float | None] = []
    fault: str = ""


class _Answers(msgspec.Struct, frozen=True):
    tables: list[_Table]
    sets: list[_Set]
    answers: list[_Answer]


_DECODER: Final = msgspec.json.Decoder(_Answers)
_ENCODER: Final = msgspec.json.Encoder()


class Collector:
    """Asks a collector over HTTP; what takes long is not waited for together with what is quick."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        # without TLS no certificates need to be loaded
        tls = urlsplit(self._url).scheme == "https"
        self._client = httpx.AsyncClient(trust_env=False, verify=tls)
        self._tables: dict[tuple[str, ...], tuple[list[list[str]], Table]] = {}

    def link(self, question: Question) -> str:
        """Return where a person can look at the numbers."""
        if question.runaway:
            return f"{self._url}/api/v1/runaways?{urlencode(runaway.parameters(question))}"
        where = [("where", f"{dimension}:{value}") for dimension, value in question.where]
        by = [("by", ",".join(question.by))] if question.by else []
        window = [] if question.since_s is not None else [("window", f"{question.window_s:g}s")]
        query = [("measure", question.measure), ("stat", question.stat), *by, *where, *window]
        return f"{self._url}/api/v1/measure?{urlencode(query)}"

    async def ask(self, questions: Sequence[Question], at_s: float) -> Sequence[Answer | AskError]:
        """Answer questions about a moment (Unix time), each in its place.

        Raises:
            AskError: no answer within 5 s (60 s where a question reaches back over days), another status than 200,
                or a body that is no answer.
        """
        plain = [question for question in questions if not question.runaway]
        of_runs = [question for question in questions if question.runaway]
        runs_named = asyncio.gather(*map(self._runaways, of_runs))
        measured, named = await asyncio.gather(self._measured(plain, at_s), runs_named)
        if not plain and named and all(isinstance(answer, AskError) for answer in named):
            raise AskError(str(named[0]))
        answers, runs = iter(measured), iter(named)
        return [next(runs) if question.runaway else next(answers) for question in questions]

    async def _runaways(self, question: Question) -> Answer | AskError:
        asked, url = runaway.parameters(question), f"{self._url}/api/v1/runaways"
        try:
            return runaway.read(question, await self._client.get(url, params=asked, timeout=_TIMEOUT_S))
        except httpx.HTTPError as error:
            return AskError(f"collector did not answer: {type(error).__name__} {error}".rstrip())

    async def _measured(self, questions: Sequence[Question], at_s: float) -> Sequence[Answer | AskError]:
        if not questions:
            return []
        body = _ENCODER.encode({"at": at_s, "queries": [_query(question) for question in questions]})
        slow = any(q.since_s is not None or q.window_s + q.ago_s > _LIVE_S for q in questions)
        timeout = httpx.Timeout(_SLOW_TIMEOUT_S if slow else _TIMEOUT_S, connect=_TIMEOUT_S)
        try:
            response = await self._client.post(f"{self._url}/api/v1/measure/batch", content=body, timeout=timeout)
        except httpx.HTTPError as error:
            raise AskError(f"collector did not answer: {type(error).__name__} {error}".rstrip()) from error
        if response.status_code != httpx.codes.OK.value:
            raise AskError(f"collector answered {response.status_code}: {response.text[:200]}")
        try:
            told = _DECODER.decode(response.content)
            return self._read(told, len(questions))
        except (msgspec.DecodeError, msgspec.ValidationError, LookupError, ValueError) as error:
            raise AskError(f"collector answered something else: {error}") from error

    def _read(self, told: _Answers, wanted: int) -> list[Answer | AskError]:
        if len(told.answers) != wanted:
            raise ValueError(f"{len(told.answers)} answers to {wanted} questions")
        tables = [self._table(table) for table in told.tables]
        found: list[Answer | AskError] = []
        for answer in told.answers:
            if answer.set is None:
                found.append(AskError(f"collector refused the question: {answer.fault}"))
                continue
            of = told.sets[answer.set]
            if not len(tables[of.table].labels) == len(of.counts) == len(answer.values):
                raise ValueError("columns of different lengths")
            found.append(Answer(tables[of.table], answer.values, of.counts, of.complete_from))
        return found

    def _table(self, table: _Table) -> Table:
        """Read labels; those that did not change since the last answer are the same object."""
        known = self._tables.get(table.by)
        if known is not None and known[0] == table.rows:
            return known[1]
        made = Table([_labels(table.by, row) for row in table.rows])
        self._tables[table.by] = (table.rows, made)
        return made

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _labels(by: Sequence[str], row: Sequence[str]) -> Labels:
    return tuple(sorted((name, value) for name, value in zip(by, row, strict=True) if value))


def _query(question: Question) -> dict[str, Any]:
    asked: dict[str, Any] = {"measure": question.measure, "stat": question.stat}
    if question.by:
        asked["by"] = question.by
    if question.where:
        asked["where"] = dict(question.where)
    if question.since_s is not None:
        return {**asked, "since": question.since_s, "top": question.top}
    asked["window_s"] = question.window_s
    if question.ago_s:
        asked["ago_s"] = question.ago_s
    return asked

"""Many questions at once, as alert rules ask them: answers in columns, what series have in common told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import msgspec
import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from spanwise_collector.query import SUMMED_BY, WHO, Column, Query, Spent, Sum
from spanwise_collector.reader import Reader
from spanwise_collector.view import params
from spanwise_schema.measures import NANO, PER_USER, Dimension

_MOST: Final = 10_000
_MAX_S: Final = 400 * 86_400.0


class Asked(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One question: over a window that ends `ago_s` before the moment of all, or the sum `since` a moment."""

    measure: str
    stat: str
    by: tuple[str, ...] = ()
    where: dict[str, str] = {}
    window_s: float = 300.0
    ago_s: float = 0.0
    since: float | None = None
    top: int = 0


class Batch(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Questions about one moment."""

    queries: tuple[Asked, ...]
    at: float | None = None


_DECODER: Final = msgspec.json.Decoder(Batch)
_ENCODER: Final = msgspec.json.Encoder()
_SCHEMA: Final = msgspec.json.schema_components([Batch], ref_template="#/components/schemas/{name}")


def routes(reader: Reader) -> APIRouter:
    """Make the route."""
    router = APIRouter(prefix="/api/v1", tags=["measures"])
    body = {"required": True, "content": {"application/json": {"schema": _inlined()}}}

    @router.post("/measure/batch", summary="Many questions at once", openapi_extra={"requestBody": body})
    async def batch(request: Request) -> Response:
        """Answer each question in its place; one that is none has a `fault` there.

        `tables` hold labels, a row a series; `sets` name a table and count the observations of each of its series;
        answers name a set and hold a value for each series, null where there is none.
        """
        try:
            asked = _DECODER.decode(await request.body())
        except (msgspec.DecodeError, msgspec.ValidationError) as fault:
            raise params.Invalid("body", str(fault), where="body") from fault
        if len(asked.queries) > _MOST:
            raise params.Invalid("queries", f"{len(asked.queries)} are too many, at most {_MOST}", where="body")
        at_ns = reader.now_ns() if asked.at is None else params.moment_ns("at", repr(asked.at))
        await reader.settled()
        answer = await run_in_threadpool(_answer, reader, asked.queries, at_ns)
        return Response(_ENCODER.encode({"at": at_ns / NANO, **answer}), media_type="application/json")

    _ = batch
    return router


def _inlined() -> dict[str, Any]:
    (_,), components = _SCHEMA
    asked, batch = components["Asked"], components["Batch"]
    properties = {**batch["properties"], "queries": {"type": "array", "items": asked}}
    return {**batch, "properties": properties}


def _answer(reader: Reader, queries: Sequence[Asked], at_ns: int) -> dict[str, Any]:
    read = [_read(asked, at_ns) for asked in queries]
    found = reader.answer_together([query for query in read if isinstance(query, Query)])
    spent = iter(reader.spent([query for query in read if isinstance(query, Sum)]))
    columns, page = iter(found.columns), _Page(found.labels, found.columns)
    answers: list[dict[str, Any]] = []
    for query in read:
        match query:
            case str():
                answers.append({"fault": query})
            case Query():
                answers.append(page.column(next(columns)))
            case Sum():
                answers.append(page.sum(query, next(spent)))
    return {"tables": page.tables, "sets": page.sets, "answers": answers}


def _read(asked: Asked, at_ns: int) -> Query | Sum | str:
    try:
        of = params.measure(asked.measure)
        stat = params.stat(asked.stat, of)
        if asked.since is not None:
            return _sum(asked, params.moment_ns("since", repr(asked.since)))
        by = params.by(",".join(asked.by), of)
        for name in asked.where:
            params.by(name, of)
        where: dict[Dimension, frozenset[str]] = {cast("Dimension", n): frozenset({v}) for n, v in asked.where.items()}
        window_ns, end_ns = _nanos("window_s", asked.window_s), at_ns - _nanos("ago_s", asked.ago_s)
        return Query(of, stat, by, where, window_ns, end_ns)
    except params.Invalid as fault:
        return f"{fault.field}: {fault}"


def _nanos(field: str, seconds: float) -> int:
    nanos = round(seconds * NANO)
    if not (nanos > 0 or field == "ago_s") or not 0 <= seconds <= _MAX_S:
        raise params.Invalid(field, f"got {seconds:g}, expected more than 0 seconds and at most {_MAX_S:g}")
    return nanos


def _sum(asked: Asked, since_ns: int) -> Sum:
    of = params.measure(asked.measure)
    if asked.stat != "sum" or of.source != of.name:
        raise params.Invalid("stat", "expected sum, of a measure that has one, where `since` is given")
    known = [name for name in SUMMED_BY if name in of.dimensions or (name in WHO and of.name in PER_USER)]
    for name in (*asked.by, *asked.where):
        if name not in known:
            raise params.Invalid("by", f"{of.name} has no dimension {name!r}", known)
    where = {name: frozenset({value}) for name, value in asked.where.items()}
    return Sum(of, asked.by, where, since_ns, asked.top)


class _Page:
    """Lays answers out: a table for each grouping, a set for each stretch of time, a list of values an answer."""

    def __init__(self, labels: Mapping[tuple[str, ...], Sequence[tuple[str, ...]]], columns: Sequence[Column]) -> None:
        self.tables: list[dict[str, Any]] = []
        self.sets: list[dict[str, Any]] = []
        self._table_of: dict[tuple[str, ...], int] = {}
        self._groups: dict[tuple[str, ...], npt.NDArray[np.int64]] = {}
        self._set_of: dict[int, int] = {}
        for by in dict.fromkeys(column.by for column in columns):
            groups = [column.groups for column in {c.observed: c for c in columns if c.by == by}.values()]
            self._groups[by] = np.unique(np.concatenate(groups))
            present: list[int] = self._groups[by].tolist()
            self._table_of[by] = self._table(by, [labels[by][group] for group in present])

    def column(self, column: Column) -> dict[str, Any]:
        """Lay out an answer in columns."""
        places = np.searchsorted(self._groups[column.by], column.groups)
        if column.observed not in self._set_of:
            counts = np.zeros(len(self._groups[column.by]), np.int64)
            counts[places] = column.counts
            late = _seconds(column.complete_from_ns)
            self._set_of[column.observed] = self._set(self._table_of[column.by], counts.tolist(), late)
        values = np.full(len(self._groups[column.by]), np.nan)
        values[places] = column.values
        return {"set": self._set_of[column.observed], "values": values.tolist()}

    def sum(self, asked: Sum, spent: Spent) -> dict[str, Any]:
        """Lay out a sum."""
        late = _seconds(spent.complete_from_ns)
        return {"set": self._set(self._table(asked.by, spent.labels), spent.counts, late), "values": spent.sums}

    def _table(self, by: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> int:
        self.tables.append({"by": by, "rows": rows})
        return len(self.tables) - 1

    def _set(self, table: int, counts: Sequence[int], late: float | None) -> int:
        self.sets.append({"table": table, "counts": counts, "complete_from": late})
        return len(self.sets) - 1


def _seconds(at_ns: int | None) -> float | None:
    return None if at_ns is None else at_ns / NANO

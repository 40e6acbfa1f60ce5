"""The measures: the catalogue, one number, or numbers over time."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi import Query as Parameter
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from spanwise_collector.query import Point, Query
from spanwise_collector.reader import Reader
from spanwise_collector.view import params
from spanwise_schema.measures import MEASURES, NANO

_MAX_POINTS: Final = 11_000
_COUNTED: Final = ("{call}", "{error}", "{run}")


class Asked(BaseModel):
    """What every question says; an unknown parameter is refused, as a filter that does nothing misleads."""

    model_config = ConfigDict(extra="forbid")

    measure: str = Field(description="a name of /api/v1/measures")
    stat: str = Field(description="a stat that the measure allows")
    by: str = Field("", description='dimensions that make the series, such as "provider,model"')
    where: list[str] = Field([], description='filters, such as "agent:researcher"; may repeat')


class AskedOnce(Asked):
    """One number a series."""

    window: str = Field("5m", description="how far back to look")
    at: str | None = Field(None, description="end of the window, Unix seconds or RFC 3339; now if not given")


class AskedOften(Asked):
    """Numbers over time."""

    start: str = Field(description="end of the first point's window, Unix seconds or RFC 3339")
    end: str = Field(description="the last point is not after this")
    step: str = Field("1m", description="from one point to the next")
    window: str | None = Field(None, description="how far back each point looks; the step if not given")


def routes(reader: Reader) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api/v1", tags=["measures"])

    @router.get(
        "/measures", summary="The catalogue: what can be measured", dependencies=[Depends(params.no_parameters)]
    )
    def catalogue() -> dict[str, Any]:
        return {
            "measures": [
                {
                    "name": m.name,
                    "unit": m.unit,
                    "stats": list(m.stats),
                    "dimensions": list(m.dimensions),
                    "help": m.help,
                }
                for m in MEASURES.values()
            ]
        }

    @router.get("/measure", summary="One number a series, over a window that ends at `at`")
    async def instant(asked: Annotated[AskedOnce, Parameter()]) -> dict[str, Any]:
        at_ns = reader.now_ns() if asked.at is None else params.moment_ns("at", asked.at)
        query = _query(asked, params.duration_ns("window", asked.window), at_ns)
        await reader.settled()
        found = await run_in_threadpool(reader.answer, query)
        series = [{"labels": s.labels, "value": s.points[-1].value, "count": s.points[-1].count} for s in found]
        return {**_head(query), "at": at_ns / NANO, "series": series}

    @router.get("/measure/range", summary="Numbers over time: a point each `step`, over a window that ends there")
    async def over_time(asked: Annotated[AskedOften, Parameter()]) -> dict[str, Any]:
        step_ns = params.duration_ns("step", asked.step)
        window_ns = step_ns if asked.window is None else params.duration_ns("window", asked.window)
        start_ns, end_ns = params.moment_ns("start", asked.start), params.moment_ns("end", asked.end)
        query = _query(asked, window_ns, start_ns, step_ns, _points(start_ns, end_ns, step_ns))
        await reader.settled()
        found = await run_in_threadpool(reader.answer, query)
        series = [{"labels": s.labels, "points": [_point(p) for p in s.points]} for s in found]
        span = {"start": start_ns / NANO, "end": end_ns / NANO, "step_s": step_ns / NANO}
        return {**_head(query), **span, "series": series}

    _ = catalogue, instant, over_time
    return router


def _query(asked: Asked, window_ns: int, start_ns: int, step_ns: int = 0, points: int = 1) -> Query:
    of = params.measure(asked.measure)
    stat, by, where = params.stat(asked.stat, of), params.by(asked.by, of), params.where(asked.where, of)
    return Query(of, stat, by, where, window_ns, start_ns, step_ns, points)


def _points(start_ns: int, end_ns: int, step_ns: int) -> int:
    if end_ns < start_ns:
        raise params.Invalid("end", "expected a moment not before start")
    points = (end_ns - start_ns) // step_ns + 1
    if points > _MAX_POINTS:
        raise params.Invalid("step", f"{points} points are too many (at most {_MAX_POINTS}); take a longer step")
    return points


def _head(query: Query) -> dict[str, Any]:
    return {
        "measure": query.measure.name,
        "stat": query.stat,
        "unit": _unit(query),
        "window_s": query.window_ns / NANO,
    }


def _unit(query: Query) -> str:
    match query.stat:
        case "ratio":
            return "1"
        case "count":
            return query.measure.unit if query.measure.unit in _COUNTED else "1"
        case "rate":
            return f"{query.measure.unit}/s"
        case _:
            return query.measure.unit


def _point(point: Point) -> dict[str, Any]:
    return {"at": point.at_ns / NANO, "value": point.value, "count": point.count}

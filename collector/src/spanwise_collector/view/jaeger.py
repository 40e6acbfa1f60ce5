"""Jaeger's query API, as far as Grafana's Jaeger data source calls it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi import Query as Parameter
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from spanwise_collector.errors import SenderError
from spanwise_collector.reader import Reader
from spanwise_collector.view import jaeger_params as params
from spanwise_collector.view.jaeger_trace import render
from spanwise_collector.view.params import Invalid

_MS_NS: Final = 1_000_000
_DAY_MS: Final = 86_400_000

Text = Annotated[str | None, Parameter()]


class _Route(APIRoute):
    """Tells faults as Jaeger does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except Invalid as fault:
                return _fault(400, f"{fault.field}: {fault}")
            except SenderError as fault:
                return _fault(400, str(fault))

        return handle


def routes(reader: Reader) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api", tags=["jaeger"], route_class=_Route)
    _lists(router, reader)
    _traces(router, reader)
    return router


def _lists(router: APIRouter, reader: Reader) -> None:
    @router.get("/services", summary="The services that sent spans")
    async def services() -> Response:
        await reader.settled()
        return _data(await run_in_threadpool(reader.services))

    @router.get("/services/{service:path}/operations", summary="What the spans of a service are called")
    async def operations(service: str) -> Response:
        await reader.settled()
        return _data(await run_in_threadpool(reader.operations, service))

    @router.get("/dependencies", summary="Which service calls which, how often")
    async def dependencies(endTs: Text = None, lookback: Text = None) -> Response:  # noqa: N803 - Jaeger's name
        end_ns = params.moment_ns("endTs", endTs, _MS_NS) if endTs else reader.now_ns()
        lookback_ns = params.moment_ns("lookback", lookback or str(_DAY_MS), _MS_NS)
        await reader.settled()
        found = await run_in_threadpool(reader.dependencies, end_ns - lookback_ns, end_ns)
        return _data([{"parent": parent, "child": child, "callCount": calls} for parent, child, calls in found])

    _ = services, operations, dependencies


def _traces(router: APIRouter, reader: Reader) -> None:
    @router.get("/traces", summary="Search traces, newest first")
    async def search(
        request: Request,
        service: Text = None,
        operation: Text = None,
        tags: Annotated[str | None, Parameter(description='JSON object of texts, such as {"error":"true"}')] = None,
        tag: Annotated[Sequence[str], Parameter(description='"key:value"; may repeat')] = (),
        minDuration: Annotated[str | None, Parameter(description='such as "1.5s"')] = None,  # noqa: N803
        maxDuration: Annotated[str | None, Parameter(description='such as "1m30s"')] = None,  # noqa: N803
        start: Annotated[str | None, Parameter(description="microseconds since 1970")] = None,
        end: Annotated[str | None, Parameter(description="microseconds since 1970; now if not given")] = None,
        lookback: Annotated[str | None, Parameter(description="so long before the end, if no start is given")] = None,
        limit: Annotated[str | None, Parameter(description=f"traces, at most {params.MOST_TRACES}")] = None,
    ) -> Response:
        _ = service, operation, tags, minDuration, maxDuration, start, end, lookback, limit
        asked = {name: text for name, text in request.query_params.items() if text}
        wanted = params.trace_filter(asked, tag, reader.now_ns())
        await reader.settled()
        return await run_in_threadpool(lambda: _data([render(found) for found in reader.search(wanted)]))

    @router.get("/traces/{trace_id}", summary="One trace; start and end are not needed and not looked at")
    async def trace(trace_id: str) -> Response:
        wanted = params.trace_id(trace_id)
        await reader.settled()
        return await run_in_threadpool(_trace, reader, wanted)

    _ = search, trace


def _trace(reader: Reader, trace_id: bytes) -> Response:
    found = reader.oldest_spans(trace_id)
    return _data([render(found)]) if found.total else _fault(404, "trace not found")


def _data(found: list[Any]) -> Response:
    return _answer({"data": found, "total": len(found), "limit": 0, "offset": 0, "errors": None})


def _fault(code: int, message: str) -> Response:
    fault = {"code": code, "msg": message}
    return _answer({"data": None, "total": 0, "limit": 0, "offset": 0, "errors": [fault]}, code)


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")

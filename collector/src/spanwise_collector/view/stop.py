"""Stops of runs: taken where they are signed, told to agents that ask."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi import Query as Parameter
from pydantic import BaseModel, ConfigDict, Field

from spanwise_collector.errors import Forged
from spanwise_collector.stops import Stops
from spanwise_collector.view.params import Invalid

_MOST_BYTES: Final = 65_536
_FORBIDDEN: Final = 403
_TOO_LARGE: Final = 413


class AskedStops(BaseModel):
    """Whose stops are wanted."""

    model_config = ConfigDict(extra="forbid")

    service: str | None = Field(None, description="only those of its runs, and those that name no service")


def routes(stops: Stops) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api/v1", tags=["runs"])

    @router.get("/stops", summary="Runs that are to be stopped, of the last hour")
    async def told(asked: Annotated[AskedStops, Parameter()]) -> dict[str, Any]:
        return {"stops": stops.told(asked.service)}

    @router.post("/stops", summary="Stop a run; signed as Standard Webhooks are", status_code=202)
    async def take(request: Request) -> dict[str, str]:
        try:
            stops.take(request.headers, await _body(request))
        except Forged as fault:
            raise HTTPException(_FORBIDDEN, str(fault)) from fault
        except ValueError as fault:
            raise Invalid("body", str(fault), where="body") from fault
        return {"status": "taken"}

    _ = told, take
    return router


async def _body(request: Request) -> bytes:
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        if len(held) > _MOST_BYTES:
            raise HTTPException(_TOO_LARGE, f"a stop of more than {_MOST_BYTES} bytes")
    return bytes(held)

"""Which emitters were heard, and what they say that no table reads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Query as Parameter
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from spanwise_collector.reader import Reader
from spanwise_collector.view import params


class AskedDialects(BaseModel):
    """Which spans are looked at."""

    model_config = ConfigDict(extra="forbid")

    window: str = Field("24h", description="spans that ended in so long a time before now")


def routes(reader: Reader) -> APIRouter:
    """Make the route."""
    router = APIRouter(prefix="/api/v1", tags=["dialects"])

    @router.get("/dialects", summary="Emitters by scope, version and dialect, and their keys that no table reads")
    async def dialects(asked: Annotated[AskedDialects, Parameter()]) -> dict[str, Any]:
        start_ns = reader.now_ns() - params.duration_ns("window", asked.window)
        await reader.settled()
        return {"dialects": await run_in_threadpool(reader.dialects, start_ns)}

    @router.get("/versions", summary="Versions of services that sent spans within the last hour, the newest first")
    async def versions() -> dict[str, Any]:
        """Tell when each came first; null where it may have been there before the collector was."""
        await reader.settled()
        return {"versions": reader.versions()}

    _ = dialects, versions
    return router

"""Runs that have run away: which loop, which burn."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Query as Parameter
from pydantic import BaseModel, ConfigDict, Field

from spanwise_collector.reader import Reader, RunawayFilter
from spanwise_collector.view.params import Invalid
from spanwise_schema.runaway import BY_NAME, MOST_PERIOD, SIGNS


def _bound(name: str) -> Any:  # noqa: ANN401  a default, as pydantic takes it
    sign = BY_NAME[name]
    usual = "else it does not count" if sign.default is None else f"{sign.default:g} if not given; 0: it does not count"
    told = f"{sign.help}: at least so much, of {sign.least:g} or more; {usual}"
    return Field(sign.default, ge=0, le=1e12, description=told)


class AskedRunaways(BaseModel):
    """Which runs are wanted, and by which signs."""

    model_config = ConfigDict(extra="forbid")

    repeats: float | None = _bound("repeats")
    same_error: float | None = _bound("same_error")
    no_progress: float | None = _bound("no_progress")
    cost_per_minute: float | None = _bound("cost_per_minute")
    tokens_per_minute: float | None = _bound("tokens_per_minute")
    context_growth: float | None = _bound("context_growth")
    depth: float | None = _bound("depth")
    fan_out: float | None = _bound("fan_out")
    cycle: int = Field(MOST_PERIOD, ge=1, le=MOST_PERIOD, description="so many turns a cycle may have")
    service: str | None = None
    agent: str | None = Field(None, description="its name; empty for model calls that no agent made")
    environment: str | None = None
    tenant: str | None = None
    limit: int = Field(100, ge=1, le=1_000)


def routes(reader: Reader) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api/v1", tags=["runs"])

    @router.get("/runaways", summary="Runs in flight that go in circles, or burn; and those that just ended")
    async def runaways(asked: Annotated[AskedRunaways, Parameter()]) -> dict[str, Any]:
        wanted = _wanted(asked)
        await reader.settled()
        return {"runaways": reader.runaways(wanted)}

    _ = runaways
    return router


def _wanted(asked: AskedRunaways) -> RunawayFilter:
    bounds = dict[str, float]()
    for sign in SIGNS:
        bound: float | None = getattr(asked, sign.name)
        if bound:
            if bound < sign.least:
                raise Invalid(sign.name, f"got {bound:g}, expected 0 or at least {sign.least:g}")
            bounds[sign.name] = bound
    return RunawayFilter(
        bounds, asked.cycle, asked.service, asked.agent, asked.environment, asked.tenant, asked.limit
    )  # fmt: skip

"""Runs: which there were and are, and one with its steps."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, Depends, HTTPException
from fastapi import Query as Parameter
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from spanwise_collector.errors import TooLarge
from spanwise_collector.reader import Reader, RunCursor, RunFilter, RunSort
from spanwise_collector.view import params
from spanwise_schema.money import PICO_PER_USD

_TRACE_ID_DIGITS: Final = 32
_SPAN_ID_DIGITS: Final = 16
_MOST_USD: Final = 1_000_000


def _read(read: Callable[[str, str], int], field: str) -> AfterValidator:
    """Refuse what cannot be read together with all other faults of a request."""

    def check(text: str) -> str:
        read(field, text)
        return text

    return AfterValidator(check)


class AskedRuns(BaseModel):
    """Which runs are wanted, in which order."""

    model_config = ConfigDict(extra="forbid")

    service: str | None = None
    agent: str | None = Field(None, description="its name; empty for model calls that no agent made")
    environment: str | None = None
    tenant: str | None = None
    status: Literal["running", "ok", "error", "lost"] | None = None
    model: str | None = Field(None, description="one that the run called")
    tool: str | None = Field(None, description="one that the run called")
    conversation: str | None = None
    error_type: str | None = None
    min_duration: Annotated[str, _read(params.duration_ns, "min_duration")] | None = Field(
        None, description='such as "30s"'
    )
    min_cost: float | None = Field(None, ge=0, le=_MOST_USD, description="USD")
    min_steps: int | None = Field(None, ge=0, le=2**31)
    window: Annotated[str, _read(params.duration_ns, "window")] = Field(
        "1h", description="runs that began in so long a time"
    )
    at: Annotated[str, _read(params.moment_ns, "at")] | None = Field(
        None, description="before this moment, Unix seconds or RFC 3339; now if not given"
    )
    sort: RunSort = "start"
    order: Literal["asc", "desc"] = "desc"
    limit: int = Field(50, ge=1, le=1_000)
    cursor: str | None = Field(None, max_length=1_000, description="`next` of the page before; all else as there")


class _Cursor(msgspec.Struct, array_like=True, frozen=True):
    """Where a page ended; the window stays where it was on the first page."""

    asked: str
    start_ns: int
    end_ns: int
    value: int | None
    trace_id: bytes
    span_id: bytes


def routes(reader: Reader) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api/v1", tags=["runs"])

    @router.get("/runs", summary="Runs of agents, finished and in flight")
    async def runs(asked: Annotated[AskedRuns, Parameter()]) -> dict[str, Any]:
        wanted = _wanted(asked, reader.now_ns())
        await reader.settled()
        try:
            page = await run_in_threadpool(reader.runs, wanted)
        except TooLarge as fault:
            raise params.Invalid("window", str(fault)) from fault
        return {"runs": page.runs, "next": None if page.last is None else _packed(asked, wanted, page.last)}

    @router.get(
        "/runs/{trace_id}/{span_id}",
        summary="One run with its model and tool calls, the oldest first",
        dependencies=[Depends(params.no_parameters)],
    )
    async def run(trace_id: str, span_id: str) -> dict[str, Any]:
        wanted = (
            params.identifier("trace_id", trace_id, _TRACE_ID_DIGITS),
            params.identifier("span_id", span_id, _SPAN_ID_DIGITS),
        )
        await reader.settled()
        try:
            found = await run_in_threadpool(reader.run, *wanted)
        except TooLarge as fault:
            raise params.Invalid("trace_id", str(fault), where="path") from fault
        if found is None:
            raise HTTPException(404, f"trace {trace_id} has no run {span_id}")
        return dict(found)

    _ = runs, run
    return router


def _wanted(asked: AskedRuns, now_ns: int) -> RunFilter:
    end_ns = now_ns if asked.at is None else params.moment_ns("at", asked.at)
    start_ns, after = end_ns - params.duration_ns("window", asked.window), None
    if asked.cursor is not None:
        cursor = _unpacked(asked, asked.cursor)
        start_ns, end_ns = cursor.start_ns, cursor.end_ns
        after = RunCursor(cursor.value, cursor.trace_id, cursor.span_id)
    return RunFilter(
        start_ns, end_ns, asked.service, asked.agent, asked.environment, asked.tenant, asked.status, asked.model,
        asked.tool, asked.conversation, asked.error_type,
        min_duration_ns=None if asked.min_duration is None else params.duration_ns("min_duration", asked.min_duration),
        min_cost_pico_usd=None if asked.min_cost is None else round(asked.min_cost * PICO_PER_USD),
        min_steps=asked.min_steps, sort=asked.sort, descending=asked.order == "desc", limit=asked.limit, after=after,
    )  # fmt: skip


def _packed(asked: AskedRuns, wanted: RunFilter, last: RunCursor) -> str:
    cursor = _Cursor(_same(asked), wanted.start_ns, wanted.end_ns, last.value, last.trace_id, last.span_id)
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode()


def _unpacked(asked: AskedRuns, text: str) -> _Cursor:
    try:
        cursor = msgspec.msgpack.decode(base64.urlsafe_b64decode(text), type=_Cursor)
    except (ValueError, msgspec.DecodeError) as fault:
        raise params.Invalid("cursor", "expected `next` of the page before") from fault
    if cursor.asked != _same(asked):
        raise params.Invalid("cursor", "was given for other parameters; ask for the first page again")
    return cursor


def _same(asked: AskedRuns) -> str:
    """Give what the parameters that all pages share have in common."""
    shared = asked.model_dump_json(exclude={"cursor", "limit"})
    return hashlib.blake2b(shared.encode(), digest_size=8).hexdigest()

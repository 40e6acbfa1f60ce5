"""Asks a collector over its HTTP API for what the terminal shows: one row a model, one row a tool."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

Column = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """What one model or one tool did.

    Attributes:
        name: the model's or the tool's.
        calls: since the start.
        errors: failed calls since the start.
        p95_s: 95th percentile of the duration over a window of its own; none if nothing was called in it.
        input_tokens: since the start; none for a tool.
        output_tokens: since the start; none for a tool.
        cost_usd: since the start; none for a tool, and where no price is known.
    """

    name: str
    calls: int
    errors: int
    p95_s: float | None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All rows of one moment, by name."""

    models: tuple[Row, ...]
    tools: tuple[Row, ...]

    @property
    def calls(self) -> int:
        """Count the calls of models."""
        return sum(row.calls for row in self.models)

    @property
    def errors(self) -> int:
        """Count the failed calls of models."""
        return sum(row.errors for row in self.models)

    @property
    def tokens(self) -> int:
        """Count input and output tokens."""
        return sum((row.input_tokens or 0) + (row.output_tokens or 0) for row in self.models)

    @property
    def cost_usd(self) -> float:
        """Sum up what is priced."""
        return sum(row.cost_usd or 0.0 for row in self.models)

    @property
    def p95_s(self) -> float | None:
        """Give the slowest model's p95."""
        return max((row.p95_s for row in self.models if row.p95_s is not None), default=None)


class Numbers:
    """A reader of one collector's query API.

    Args:
        client: has the collector's address as its base URL.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def _json(self, path: str, **params: str | int) -> Any:  # noqa: ANN401 JSON is of any type
        answer = await self._client.get(path, params=params)
        answer.raise_for_status()
        return answer.json()

    async def _column(self, measure: str, stat: str, by: str, window_s: int) -> Column:
        found = await self._json("/api/v1/measure", measure=measure, stat=stat, by=by, window=f"{window_s}s")
        return {series["labels"][by]: series["value"] for series in found["series"] if series["value"] is not None}

    async def snapshot(self, since_s: int, live_s: int) -> Snapshot:
        """Read both tables; counts and sums look back `since_s` seconds, percentiles `live_s`."""
        models, tools = await asyncio.gather(self._models(since_s, live_s), self._tools(since_s, live_s))
        return Snapshot(models, tools)

    async def _models(self, since_s: int, live_s: int) -> tuple[Row, ...]:
        calls, errors, p95, tokens_in, tokens_out, cost = await asyncio.gather(
            self._column("llm.calls", "count", "model", since_s),
            self._column("llm.errors", "count", "model", since_s),
            self._column("llm.duration", "p95", "model", live_s),
            self._column("llm.tokens.input", "sum", "model", since_s),
            self._column("llm.tokens.output", "sum", "model", since_s),
            self._column("llm.cost", "sum", "model", since_s),
        )
        return tuple(
            Row(
                name=name,
                calls=int(calls[name]),
                errors=int(errors.get(name, 0)),
                p95_s=p95.get(name),
                input_tokens=int(tokens_in.get(name, 0)),
                output_tokens=int(tokens_out.get(name, 0)),
                cost_usd=cost.get(name),
            )
            for name in sorted(calls)
        )

    async def _tools(self, since_s: int, live_s: int) -> tuple[Row, ...]:
        calls, errors, p95 = await asyncio.gather(
            self._column("tool.calls", "count", "tool", since_s),
            self._column("tool.errors", "count", "tool", since_s),
            self._column("tool.duration", "p95", "tool", live_s),
        )
        return tuple(
            Row(name=name, calls=int(calls[name]), errors=int(errors.get(name, 0)), p95_s=p95.get(name))
            for name in sorted(calls)
        )

    async def slowest_run(self, since_s: int) -> Mapping[str, Any] | None:
        """Give the trace of the finished run that took longest, as the API tells it."""
        found = await self._json("/api/v1/runs", window=f"{since_s}s", limit=1000)
        finished = [run for run in found["runs"] if run["duration_s"] is not None]
        if not finished:
            return None
        slowest = max(finished, key=lambda run: run["duration_s"])
        return await self._json(f"/api/v1/traces/{slowest['trace_id']}")

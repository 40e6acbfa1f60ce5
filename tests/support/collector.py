"""A real collector on free ports, in this process, and the senders and readers to talk to it."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

import httpx

from spanwise_collector.app import App
from spanwise_collector.config import CollectorConfig

PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}


class Talk:
    """A client of one collector."""

    def __init__(self, addresses: dict[str, str], client: httpx.AsyncClient) -> None:
        self.otlp = f"http://{addresses['otlp_http']}/v1/traces"
        self.grpc = addresses["otlp_grpc"]
        self.http = f"http://{addresses['http']}"
        self.client = client

    async def send(self, body: bytes, headers: dict[str, str] = PROTOBUF) -> httpx.Response:
        return await self.client.post(self.otlp, content=body, headers=headers)

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(f"{self.http}{path}", params=params)

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self.client.post(f"{self.http}{path}", json=body)

    async def measure(self, measure: str, stat: str, **params: Any) -> list[dict[str, Any]]:
        answer = await self.get("/api/v1/measure", measure=measure, stat=stat, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["series"]

    async def value(self, measure: str, stat: str, **params: Any) -> float | None:
        series = await self.measure(measure, stat, **params)
        assert len(series) <= 1, series
        return series[0]["value"] if series else None

    async def ledger(self) -> dict[str, int]:
        ledger = (await self.get("/api/v1/ledger")).json()
        assert ledger["received"] == ledger["stored"] + ledger["rejected"] + ledger["duplicate"]
        return ledger


def config(data: Path, **keys: Any) -> CollectorConfig:
    """Every port free, all data in one folder."""
    free = "127.0.0.1:0"
    return CollectorConfig.model_validate({"otlp": {"http": free, "grpc": free}, "http": free, "data": data, **keys})


@contextlib.asynccontextmanager
async def collecting(data: Path, **keys: Any):
    """Run a collector while the context lasts."""
    async with App(config(data, **keys), now_ns=time.time_ns) as app, httpx.AsyncClient(timeout=30) as client:
        yield Talk(app.addresses, client)

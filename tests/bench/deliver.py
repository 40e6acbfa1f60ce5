"""How fast people are told: 10,000 letters beside a receiver that is gone, posted alert to webhook, span to webhook.

`python -m tests.bench deliver [crowd|posted|span]`; without a name all of them. Each runs a real process.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.bench.ingest import running
from tests.support.otlp import request
from tests.support.otlp import span as a_span

CROWD = 10_000
POSTS = 300
SPANS = 120
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Hook(asyncio.Protocol):
    """A receiver that takes everything at once, and notes when each body came."""

    def __init__(self, took: Callable[[bytes], None]) -> None:
        self._took = took
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._held, 0, end)
            size = end + 4 + (int(found[1]) if found else 0)
            if len(self._held) < size:
                return
            self._took(self._held[end + 4 : size])
            self._held = self._held[size:]
            assert isinstance(self._transport, asyncio.Transport)
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@asynccontextmanager
async def hook(took: Callable[[bytes], None]) -> AsyncIterator[str]:
    """Serve a receiver on a free port."""
    server = await asyncio.get_running_loop().create_server(lambda: Hook(took), "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


@contextmanager
def manager(section: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Run `spanwise alerts run` with this configuration; its address and process id."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(Path(sys.executable).parent / "spanwise"), "alerts", "run", "--config", written(folder, section),
            "--data", f"{folder}/data", "--http", "127.0.0.1:0",
        ]  # fmt: skip
        environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
            try:
                assert process.stdout is not None
                yield process.stdout.readline().split()[2].rstrip(","), process.pid
            finally:
                process.terminate()


def written(folder: str, section: dict[str, Any]) -> str:
    """Write a configuration; where it is."""
    path = Path(folder) / "spanwise.yaml"
    path.write_text(json.dumps({"alerts": {"default_rules": False, "start_delay": "0s", **section}}))
    return str(path)


def way(url: str) -> dict[str, Any]:
    return {"url": url, "allow_private": True}


async def crowd() -> None:
    """10,000 groups are told to two receivers, one of which is gone."""
    arrived: list[float] = []
    async with hook(lambda _: arrived.append(time.perf_counter())) as url:
        receivers = [
            {"name": "team", "webhook": way(url)}, {"name": "gone", "webhook": way("http://127.0.0.1:1/")},
        ]  # fmt: skip
        routes = [{"receiver": "gone", "continue": True}, {"receiver": "team"}]
        section = {
            "receivers": receivers, "route": {"receiver": "team", "routes": routes}, "storm": {"messages": 0},
        }  # fmt: skip
        with manager(section) as (address, pid):
            client = httpx.AsyncClient(base_url=address, timeout=60)
            began, before_s = time.perf_counter(), cpu_s(pid)
            for place in range(0, CROWD, 500):
                alerts = [{"labels": {"alertname": "Test", "n": str(place + each)}} for each in range(500)]
                (await client.post("/api/v2/alerts", json=alerts)).raise_for_status()
            posted_s = time.perf_counter() - began
            await until(lambda: len(arrived) >= CROWD, 300)
            took_s, cpu = arrived[-1] - began, cpu_s(pid) - before_s
    print(
        f"crowd: {CROWD:,} alerts posted in {posted_s:.1f} s; {CROWD:,} letters at the webhook after {took_s:.1f} s, "
        f"{CROWD:,} more wait for the receiver that is gone; {cpu:.1f} CPU-seconds in all"
    )


async def posted() -> None:
    """One alert after the other is posted, while nothing else happens."""
    arrived = dict[str, float]()

    def took(body: bytes) -> None:
        arrived[json.loads(body)["alerts"][0]["labels"]["n"]] = time.perf_counter()

    waits: list[float] = []
    async with hook(took) as url:
        section = {"receivers": [{"name": "team", "webhook": way(url)}], "storm": {"messages": 0}}
        with manager(section) as (address, _):
            client = httpx.AsyncClient(base_url=address, timeout=60)
            for number in range(POSTS):
                key, began = str(number), time.perf_counter()
                await client.post("/api/v2/alerts", json=[{"labels": {"alertname": "Test", "n": key}}])
                await until(lambda key=key: key in arrived, 60)
                waits.append(arrived[key] - began)
    print(f"posted: an alert is at the webhook {spread(waits[POSTS // 10 :])} after it was posted")


async def span() -> None:
    """Spans of models that nobody saw yet are slow; the tier has `for: 0s`."""
    arrived = dict[str, float]()

    def took(body: bytes) -> None:
        arrived[json.loads(body)["alerts"][0]["labels"]["model"]] = time.perf_counter()

    rule = {
        "name": "slow", "measure": "llm.duration", "stat": "p95", "by": ["model"], "window": "5m",
        "tiers": {"warning": {"above": "5s"}},
    }  # fmt: skip
    waits: list[float] = []
    async with hook(took) as url:
        section = {
            "rules": [rule], "receivers": [{"name": "team", "webhook": way(url)}], "storm": {"messages": 0},
        }  # fmt: skip
        with tempfile.TemporaryDirectory() as folder, running("--config", written(folder, section)) as server:
            otlp, headers = f"http://{server.otlp_http}/v1/traces", {"Content-Type": "application/x-protobuf"}
            client = httpx.AsyncClient(timeout=60)
            for number in range(SPANS):
                model = f"model-{number}"
                now_ns = time.time_ns()
                attributes = {
                    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": model,
                }  # fmt: skip
                ids = {"trace_id": os.urandom(16), "span_id": os.urandom(8)}
                made = a_span(f"chat {model}", attributes, start_ns=now_ns - 9 * 10**9, end_ns=now_ns, **ids)
                body = request([made]).SerializeToString()
                (await client.post(otlp, content=body, headers=headers)).raise_for_status()
                accepted = time.perf_counter()
                await until(lambda model=model: model in arrived, 60)
                waits.append(arrived[model] - accepted)
                # so that spans come at any moment between two evaluations
                await asyncio.sleep((number * 0.618) % 0.5)
    print(f"span: a span that is too slow is at the webhook {spread(waits[SPANS // 10 :])} after it was accepted")


async def until(condition: Callable[[], bool], deadline_s: float) -> None:
    """Wait until it holds."""
    end = time.perf_counter() + deadline_s
    while not condition():
        assert time.perf_counter() < end, "it did not happen in time"
        await asyncio.sleep(0.001)


def spread(waits: Sequence[float]) -> str:
    """Tell percentiles."""
    ranked = sorted(waits)
    p50, p95, p99 = (ranked[len(ranked) * part // 100] * 1000 for part in (50, 95, 99))
    return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms"


def cpu_s(process: int) -> float:
    """Return the CPU time of a process."""
    fields = Path(f"/proc/{process}/stat").read_text().split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


RUNS: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {"crowd": crowd, "posted": posted, "span": span}


def main(argv: list[str]) -> None:
    """Run those that are named, or all."""
    for name in argv or RUNS:
        asyncio.run(RUNS[name]())

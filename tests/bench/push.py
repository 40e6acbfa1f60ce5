"""Alerts posted to `POST /api/v2/alerts` of an alert manager in a process of its own: per second and per CPU-second.

Each post is acknowledged once it is on the disk. 10,240 alerts, as Prometheus sends them: first all new, then again.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

DISTINCT = 10_240
BATCH = 64


def main(_: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "alertmanager.yml"
        config.write_text("route: {receiver: nobody, group_by: [alertname]}\nreceivers: [{name: nobody}]\n")
        command = [
            str(Path(sys.executable).parent / "spanwise"), "alerts", "run", "--config-file", str(config), "--data",
            f"{folder}/data", "--http", "127.0.0.1:0",
        ]  # fmt: skip
        environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
            try:
                assert process.stdout is not None
                address = process.stdout.readline().split()[2].rstrip(",")
                asyncio.run(_measure(address.removeprefix("http://"), process.pid))
                cpu_s = _cpu_s(process.pid)
                with urllib.request.urlopen(f"{address}/api/v2/alerts") as answer:
                    count = len(json.load(answer))
                print(f"GET of all {count:,}: {_cpu_s(process.pid) - cpu_s:.2f} CPU-seconds")
            finally:
                process.terminate()


async def _measure(address: str, process: int) -> None:
    before = _rss_mib(process)
    await _run("new, batches of 64", address, process, DISTINCT // BATCH, BATCH, 8)
    print(f"10,240 alerts are {_rss_mib(process) - before:.0f} MiB")
    await _run("again, batches of 64", address, process, 3 * DISTINCT // BATCH, BATCH, 8)
    await _run("again, one by one", address, process, 6000, 1, 32)


async def _run(name: str, address: str, process: int, posts: int, size: int, connections: int) -> None:
    bodies: list[list[bytes]] = [[] for _ in range(connections)]
    for post in range(posts):
        alerts = [_alert((post * size + place) % DISTINCT) for place in range(size)]
        bodies[post % connections].append(json.dumps(alerts).encode())
    cpu_s, began = _cpu_s(process), time.perf_counter()
    waits = sorted(wait for part in await asyncio.gather(*(_post(address, each) for each in bodies)) for wait in part)
    took_s, cpu_s = time.perf_counter() - began, _cpu_s(process) - cpu_s
    print(
        f"{name}: {posts * size / took_s:,.0f} alerts a second, {posts * size / cpu_s:,.0f} per CPU-second; "
        f"acknowledged in p50 {waits[len(waits) // 2] * 1000:.1f} ms, p95 {waits[len(waits) * 95 // 100] * 1000:.1f} ms"
    )


def _alert(number: int) -> dict[str, Any]:
    return {
        "labels": {"alertname": "Test", "instance": f"host-{number}", "job": "node", "severity": "warning"},
        "annotations": {"summary": "something is wrong"}, "startsAt": "2026-11-21T00:00:00Z",
        "endsAt": "2036-11-22T00:00:00Z", "generatorURL": "http://prometheus/graph",
    }  # fmt: skip


async def _post(address: str, bodies: list[bytes]) -> list[float]:
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    waits: list[float] = []
    for body in bodies:
        began = time.perf_counter()
        head = f"POST /api/v2/alerts HTTP/1.1\r\nHost: {address}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        waits.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()
    return waits


def _cpu_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _rss_mib(process: int) -> float:
    line = next(line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024

"""What it costs to take 10,000 alerts that others push: `python -m tests.bench dispatch`, without HTTP."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import psutil

from spanwise_alerts.alert import Posted
from spanwise_alerts.config import load
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.record.store import Store

ALERTS = 10_000
SENDERS = 32


def main(_: Sequence[str]) -> None:
    """Print alerts per CPU-second of new, repeated and single pushes, and the memory that they take."""
    for what, route in (("in one group", {"group_by": ["alertname"]}), ("each by itself", {})):
        print(what)
        asyncio.run(measure({"route": route}))


async def measure(section: dict[str, object]) -> None:
    """Push everything thrice: new, again, and a part of it one by one."""
    receivers = [{"name": "team", "webhook": {"allow_private": True, "url": "http://127.0.0.1:1/"}}]
    given = {"receivers": receivers, "default_rules": False, "start_delay": "0s", **section}
    config = load(given, "bench", Path())
    with tempfile.TemporaryDirectory() as folder:
        async with Store(Path(folder) / "alerts.sqlite3") as store:
            dispatcher = Dispatcher(config, store, lambda _: None, lambda: str(uuid.uuid4()))
            await dispatcher.start(time.time())
            alerts = [posted(number) for number in range(ALERTS)]
            before = resident_mib()
            for label, size, count in (("new, batches of 64", 64, ALERTS), ("again, batches of 64", 64, ALERTS),
                                       ("again, one by one", 1, ALERTS // 2)):  # fmt: skip
                rate = await push(dispatcher, alerts[:count], size)
                print(f"  {label:22} {rate:8,.0f} alerts per CPU-second")
            print(f"  {'memory':22} {resident_mib() - before:8.0f} MiB more for {len(dispatcher.alerts()):,} alerts")


async def push(dispatcher: Dispatcher, alerts: Sequence[Posted], size: int) -> float:
    """Push alerts by several senders at once; return alerts per CPU-second."""
    batches = iter([alerts[place : place + size] for place in range(0, len(alerts), size)])

    async def sender() -> None:
        for batch in batches:
            await dispatcher.push(batch, time.time())

    started_s = time.process_time()
    await asyncio.gather(*(sender() for _ in range(SENDERS)))
    return len(alerts) / (time.process_time() - started_s)


def posted(number: int) -> Posted:
    """Make an alert as Prometheus sends it."""
    labels = {"alertname": "HighLatency", "instance": f"host-{number}", "job": "api", "region": "eu"}
    texts = {"summary": f"latency of host-{number} is high", "description": "for five minutes, and rising " * 4}
    now_s = time.time()
    return Posted(labels, texts, now_s - 60, now_s + 240, "http://prometheus:9090/graph?g0.expr=up")


def resident_mib() -> float:
    """Return the memory of this process."""
    gc.collect()
    return psutil.Process().memory_info().rss / 2**20

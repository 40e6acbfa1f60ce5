"""An alert manager in a process of its own, for tests that kill it: DATA COLLECTOR_URL HOOK_URL [DATABASE]."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from spanwise_alerts.app import App
from spanwise_alerts.config import load

RULE = {
    "name": "llm-latency", "measure": "llm.duration", "stat": "p95", "by": ["model"],
    "tiers": {"warning": {"above": "8s"}},
}  # fmt: skip


SECTION: dict[str, Any] = {
    "http": "127.0.0.1:0", "interval": "50ms", "rules": [RULE], "default_rules": False,
    # tests make more of these in a minute than people would
    "storm": {"messages": 0}, "flap": {"changes": 0},
    # lives are shorter than the wait after a start, and all of them together longer than a push holds
    "start_delay": "0s", "resolve_timeout": "1d",
}  # fmt: skip


async def main(data: str, collector_url: str, hook_url: str, database: str = "") -> None:
    section = {**SECTION, "receivers": [{"name": "team", "webhook": {"allow_private": True, "url": hook_url}}]}
    if database:
        section["database"] = database
    config = load(section, "spanwise.yaml", Path())
    async with App(config, collector_url=collector_url, data=Path(data), now=time.time) as app:
        print(app.addresses["http"], flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""SIGHUP: read the configuration anew; a bad one changes nothing and says everything that is wrong."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from spanwise_alerts.errors import AlertsError
from spanwise_alerts.faults import ConfigError

_LOG = logging.getLogger(__name__)


@asynccontextmanager
async def reloading(reload: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Reload at each SIGHUP while the block runs."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    async def listen() -> None:
        while True:
            await asked.wait()
            asked.clear()
            try:
                await reload()
            except (ConfigError, AlertsError) as error:
                for line in str(error).splitlines():
                    _LOG.error("nothing is changed: %s", line)
            else:
                _LOG.warning("the configuration is read anew")

    loop.add_signal_handler(signal.SIGHUP, asked.set)
    task = asyncio.create_task(listen())
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        task.cancel()
        await asyncio.wait([task])

"""The alert manager: everything started in order, and stopped in the other one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, Self

from spanwise_alerts.alert import Channel
from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.events import AlertChanged, Event, OnEvent
from spanwise_alerts.loop import Loop
from spanwise_alerts.notify.courier import Courier
from spanwise_alerts.notify.mail import MailChannel
from spanwise_alerts.notify.webhook import WebhookChannel
from spanwise_alerts.record.store import Store
from spanwise_alerts.serve import serve
from spanwise_alerts.view.api import Shown, api
from spanwise_alerts.view.numbers import Numbers

DATABASE: Final = "alerts.sqlite3"
_DRAIN_S: Final = 5.0
_log = logging.getLogger(__name__)


class App:
    """One alert manager.

    `async with App(config, collector_url=..., data=..., now=time.time) as app` runs it; `app.addresses` then says
    where it listens. On exit it refuses requests, ends the loop, lets letters on their way arrive and closes;
    letters that were not delivered wait in the database for the next start.
    """

    def __init__(
        self,
        config: AlertsConfig,
        *,
        collector_url: str,
        data: Path,
        now: Callable[[], float],
        on_event: OnEvent | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """Take Unix time from `now` and jitter (a share of 1) from `draw`; `on_event` sees what happens."""
        self.addresses: dict[str, str] = {}
        self._config = config
        self._now = now
        self._on_event = on_event
        self._draw = draw
        self._source = Collector(collector_url)
        self._store = Store(data / DATABASE)
        self._couriers: list[Courier] = []
        self._faults: list[str] = []
        self._closing = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as opened:
            await self._open(opened)
            self._closing = opened.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    async def _open(self, opened: contextlib.AsyncExitStack) -> None:
        now_s = self._now()
        opened.push_async_callback(self._source.close)
        await opened.enter_async_context(self._store)
        channels = channels_of(self._config, self._now)
        lost = await self._store.bury([channel.name for channel in channels], now_s)
        if lost:
            _log.warning("%d letters are dead: their receiver is not configured any more", lost)
        self._couriers = [Courier(c, self._store, self._now, self._draw, self._tell) for c in channels]
        names = [channel.name for channel in channels]
        loop = Loop(self._config.rules, self._source, self._store, names, self._tell)
        self._numbers = Numbers(loop.memory)
        await loop.start(now_s)
        delivering = [self._start(courier.run()) for courier in self._couriers]
        opened.push_async_callback(self._drain, delivering)
        opened.push_async_callback(loop.close)
        opened.push_async_callback(_end, [self._start(loop.run(self._now, self._config.interval_s))])
        told = self._config.told
        shown = Shown(
            loop.memory, self._numbers, tuple(receiver.name for receiver in self._config.receivers),
            told.name if told else "", self._store.counts, lambda: self._faults, now_s,
        )  # fmt: skip
        self.addresses["http"] = await opened.enter_async_context(serve(api(shown), self._config.http))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._faults.append(f"{task.get_coro()}: {type(fault).__name__}: {fault}")
            _log.critical("the alert manager does not work any more", exc_info=fault)

    async def _drain(self, delivering: list[asyncio.Task[None]]) -> None:
        for courier in self._couriers:
            courier.rest()
        if delivering:
            await asyncio.wait(delivering, timeout=_DRAIN_S)
            await _end(delivering)
        for courier in self._couriers:
            await courier.close()

    def _tell(self, event: Event) -> None:
        self._numbers.count(event)
        if isinstance(event, AlertChanged):
            for courier in self._couriers:
                courier.wake()
        if self._on_event is not None:
            try:
                self._on_event(event)
            except Exception:  # noqa: BLE001  whoever listens must not stop whoever watches; it is logged
                _log.exception("an event was not taken")


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def channels_of(config: AlertsConfig, now: Callable[[], float]) -> list[Channel]:
    """Return the channels of the receiver that alerts are routed to: its webhook, and one for each mail address."""
    told = config.told
    if told is None:
        return []
    hooks: list[Channel] = [WebhookChannel(told.name, told.webhook, now)] if told.webhook else []
    email = told.email
    return [*hooks, *(MailChannel(told.name, to, email, now) for to in email.to)] if email else hooks

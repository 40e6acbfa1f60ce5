"""The alert manager: everything started in order, and stopped in the other one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import uuid
from collections.abc import Callable, Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Self

from spanwise_alerts.alert import Held
from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.ask.prometheus import Prometheus
from spanwise_alerts.ask.source import Source
from spanwise_alerts.backtest import Backtest, backtest
from spanwise_alerts.config import AlertsConfig, files_of
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.events import Event, Notified, OnEvent
from spanwise_alerts.loop import Loop
from spanwise_alerts.notify.deliveries import Deliveries
from spanwise_alerts.record.store import Store
from spanwise_alerts.rule import COLLECTOR, Rule
from spanwise_alerts.serve import serve
from spanwise_alerts.view.api import Shown, api
from spanwise_alerts.view.beyond import Archive
from spanwise_alerts.view.numbers import Numbers
from spanwise_alerts.view.status import Condition
from spanwise_alerts.watch import Watch

DATABASE: Final = "alerts.sqlite3"
_log = logging.getLogger(__name__)


def _new_id() -> str:
    return str(uuid.uuid4())


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
        new_id: Callable[[], str] = _new_id,
        reread: Callable[[], AlertsConfig] | None = None,
        file: Path | None = None,
    ) -> None:
        """Take Unix time from `now`, jitter (a share of 1) from `draw` and UUIDs from `new_id`.

        `on_event` sees what happens; `reread` reads the configuration anew for a reload, or raises `ConfigError`;
        `file` is where it stands: it and the rule files that it names are watched.
        """
        self.addresses: dict[str, str] = {}
        self._config = config
        self._collector_url = collector_url
        self._now = now
        self._on_event = on_event
        self._reread = reread or (lambda: config)
        self._file = file
        self._store = Store(data / DATABASE)
        self._faults: list[str] = []
        self._reloading = asyncio.Lock()
        self._closing = contextlib.AsyncExitStack()
        self._deliveries = Deliveries(self._store, now, draw, self._tell, self._start)
        self._dispatcher = Dispatcher(config, self._store, self._tell, new_id)
        self._sources: dict[str, Source] = {COLLECTOR: Collector(collector_url), **_others(config)}
        self._loop = Loop(config.watched, self._sources, self._store, self._dispatcher)
        self._numbers = Numbers(self._dispatcher, lambda: self._loop.memory.health, now)

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as opened:
            await self._open(opened)
            self._closing = opened.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    async def _open(self, opened: contextlib.AsyncExitStack) -> None:
        now_s = self._now()
        opened.push_async_callback(self._leave_sources)
        await opened.enter_async_context(self._store)
        await self._dispatcher.start(now_s)
        await self._loop.start(now_s)
        opened.push_async_callback(self._deliveries.close)
        await self._deliveries.open(self._config.receivers)
        opened.push_async_callback(self._loop.close)
        works = [self._dispatcher.run(self._now), self._loop.run(self._now, self._config.interval_s)]
        if self._file is not None:
            file = self._file
            works.append(Watch(lambda: files_of(self._config, file), self.reload).run())
        opened.push_async_callback(_end, [self._start(work) for work in works])
        self.addresses["http"] = await opened.enter_async_context(serve(api(self._shown(now_s)), self._config.http))

    async def reload(self) -> None:
        """Read the configuration anew; addresses stay as they were.

        Raises:
            ConfigError: it cannot be used; then nothing changes.
        """
        async with self._reloading:
            await self._reload()

    async def _reload(self) -> None:
        config, now_s = self._reread(), self._now()
        await self._dispatcher.reload(config, now_s)
        sources = self._sources
        if config.sources != self._config.sources:
            sources = {COLLECTOR: sources[COLLECTOR], **_others(config)}
        await self._loop.reload(config.watched, now_s, sources)
        left, self._sources = self._sources, sources
        await _close([source for name, source in left.items() if sources.get(name) is not source])
        if config.receivers != self._config.receivers:
            await self._deliveries.open(config.receivers)
        self._config = config

    async def _leave_sources(self) -> None:
        await _close(self._sources.values())

    def _shown(self, started_at_s: float) -> Shown:
        condition = Condition(
            lambda: self._config, lambda: self._loop.memory.health, self._numbers, self._store.counts,
            lambda: self._faults, self.reload, started_at_s,
        )  # fmt: skip
        archive = Archive(lambda: self._config.watched, self._held, self._store.trail, self._test)
        return Shown(self._dispatcher, condition, archive, self._now)

    def _held(self) -> Iterator[Held]:
        return self._loop.memory.all()

    async def _test(self, rule: Rule, start_s: float, end_s: float, step_s: float) -> Backtest:
        return await backtest(rule, self._collector_url, start_s, end_s, step_s)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._faults.append(f"{task.get_coro()}: {type(fault).__name__}: {fault}")
            _log.critical("the alert manager does not work any more", exc_info=fault)

    def _tell(self, event: Event) -> None:
        self._numbers.count(event)
        if isinstance(event, Notified):
            self._deliveries.wake()
        if self._on_event is not None:
            try:
                self._on_event(event)
            except Exception:  # noqa: BLE001  whoever listens must not stop whoever watches; it is logged
                _log.exception("an event was not taken")


def _others(config: AlertsConfig) -> dict[str, Source]:
    return {source.name: Prometheus(source.name, source.prometheus) for source in config.sources}


async def _close(sources: Iterable[Source]) -> None:
    for source in sources:
        await source.close()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)

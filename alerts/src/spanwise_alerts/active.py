"""The alert manager at work: rules, dispatcher and deliveries, started in order and stopped in the other one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from fastapi import FastAPI

from spanwise_alerts.alert import Held, Letter, Notice
from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.ask.history import History, of_collector, of_source
from spanwise_alerts.ask.prometheus import Prometheus
from spanwise_alerts.ask.source import Source
from spanwise_alerts.backtest import Backtest, backtest
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.events import Event, Notified, OnEvent
from spanwise_alerts.loop import Loop
from spanwise_alerts.notify.deliveries import Deliveries
from spanwise_alerts.notify.trial import Tried, tried
from spanwise_alerts.outbox import Replayed, Sought
from spanwise_alerts.outfit import Outfit
from spanwise_alerts.record.store import Store
from spanwise_alerts.rule import COLLECTOR, Rule
from spanwise_alerts.signing import Signing
from spanwise_alerts.study import Study
from spanwise_alerts.view.api import Shown, api
from spanwise_alerts.view.beyond import Archive
from spanwise_alerts.view.expected import Insight
from spanwise_alerts.view.notifications import Outgoing
from spanwise_alerts.view.numbers import Numbers
from spanwise_alerts.view.status import Condition

_log = logging.getLogger(__name__)
Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an alert manager finds around it.

    Attributes:
        collector_url: who is asked for numbers.
        data: the folder for what is kept beside the database.
        now: Unix time.
        draw: a random share of 1, for jitter.
        new_id: a new UUID each time.
        on_event: sees what happens.
        start: runs something beside, and notices when it fails.
        faults: why the alert manager does not work; empty where it does.
        reload: reads the configuration anew.
    """

    collector_url: str
    data: Path
    now: Callable[[], float]
    draw: Callable[[], float]
    new_id: Callable[[], str]
    on_event: OnEvent | None
    start: Start
    faults: Callable[[], list[str]]
    reload: Callable[[], Coroutine[Any, Any, None]]


class Active:
    """One alert manager that evaluates and tells. `async with` runs it on a store that leads; `api()` shows it."""

    def __init__(self, config: AlertsConfig, store: Store, around: Surroundings) -> None:
        self._config = config
        self._store = store
        self._around = around
        self._begun_s = around.now()
        self._closing = contextlib.AsyncExitStack()
        self._outfit = Outfit(around.collector_url, lambda: self._sources, store.trail, lambda: self._config)
        self._signing = Signing(around.data, around.now)
        self._deliveries = Deliveries(store, around.now, around.draw, self._tell, around.start, self._dress)
        self._dispatcher = Dispatcher(config, store, self._tell, around.new_id, self._newest)
        self._sources: dict[str, Source] = {COLLECTOR: Collector(around.collector_url), **_others(config)}
        self._study = Study(store, self._history)
        self._loop = Loop(config.watched, self._sources, store, self._dispatcher, self._study)
        self._numbers = Numbers(self._dispatcher, lambda: self._loop.memory, around.now)

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as opened:
            await self._open(opened)
            self._closing = opened.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    async def _open(self, opened: contextlib.AsyncExitStack) -> None:
        opened.push_async_callback(self._leave_sources)
        opened.push_async_callback(self._outfit.close)
        self._signing.configure(self._config)
        await self._dispatcher.start(self._begun_s)
        await self._loop.start(self._begun_s)
        opened.push_async_callback(self._deliveries.close)
        await self._deliveries.open(self._config.delivered, self._config.external_url)
        opened.push_async_callback(self._loop.close)
        now = self._around.now
        works = [self._dispatcher.run(now), self._loop.run(now, self._config.interval_s)]
        opened.push_async_callback(end, [self._around.start(work) for work in works])

    async def reload(self, config: AlertsConfig) -> None:
        """Take another configuration, without forgetting anything or telling twice; addresses stay as they were.

        Raises:
            RecordError: nothing is changed.
        """
        now_s = self._around.now()
        self._signing.configure(config)
        sources = self._sources
        if config.sources != self._config.sources:
            sources = {COLLECTOR: sources[COLLECTOR], **_others(config)}
        await self._loop.reload(
            config.watched, now_s, lambda ended: self._dispatcher.reload(config, now_s, ended), sources
        )
        left, self._sources = self._sources, sources
        await _close([source for name, source in left.items() if sources.get(name) is not source])
        if (config.delivered, config.external_url) != (self._config.delivered, self._config.external_url):
            await self._deliveries.open(config.delivered, config.external_url)
        self._config = config

    def api(self) -> FastAPI:
        """Make the API that shows it."""
        condition = Condition(
            lambda: self._config, lambda: self._loop.memory.health, self._numbers, self._store.counts,
            self._around.faults, self._around.reload, self._begun_s,
        )  # fmt: skip
        archive = Archive(lambda: self._config.watched, self._held, self._store.trail, self._test)
        outgoing = Outgoing(self._store.letters, self._store.trail, self._replay, self._try)
        insight = Insight(self._study, lambda: self._config.watched, self._store.trail, self._store.commit)
        return api(
            Shown(self._dispatcher, condition, archive, outgoing, self._around.now, self._signing.links, insight)
        )

    async def _replay(self, sought: Sought, author: str) -> Replayed:
        channels = {name for receiver in self._config.receivers for name in receiver.channels}
        replayed = await self._store.replay(sought, channels, self._around.now(), author)
        self._deliveries.wake()
        return replayed

    async def _try(self, name: str) -> list[Tried] | None:
        around, config = self._around, self._config
        receiver = next((receiver for receiver in config.receivers if receiver.name == name), None)
        return await tried(receiver, around.now, around.new_id(), config.external_url) if receiver else None

    async def _dress(self, letter: Letter) -> Letter:
        return await self._signing.dress(await self._outfit.dress(letter))

    async def _leave_sources(self) -> None:
        await _close(self._sources.values())

    def _history(self, source: str) -> History:
        return of_collector(self._around.collector_url) if source == COLLECTOR else of_source(self._sources[source])

    def _held(self) -> Iterator[Held]:
        return self._loop.memory.all()

    async def _test(self, rule: Rule, start_s: float, end_s: float, step_s: float) -> Backtest:
        return await backtest(rule, self._around.collector_url, start_s, end_s, step_s, self._config.sources)

    def _newest(self, notice: Notice) -> Notice:
        return self._loop.memory.newest(notice)

    def _tell(self, event: Event) -> None:
        self._numbers.count(event)
        if isinstance(event, Notified):
            self._deliveries.wake()
        if self._around.on_event is not None:
            try:
                self._around.on_event(event)
            except Exception:  # noqa: BLE001  whoever listens must not stop whoever watches; it is logged
                _log.exception("an event was not taken")


async def end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait for their ends."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def _others(config: AlertsConfig) -> dict[str, Source]:
    return {source.name: Prometheus(source.name, source.prometheus) for source in config.sources}


async def _close(sources: Iterable[Source]) -> None:
    for source in sources:
        await source.close()

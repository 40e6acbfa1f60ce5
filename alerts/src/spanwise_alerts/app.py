"""The alert manager's process: it serves, and works while no other replica does."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import uuid
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import URL

from spanwise_alerts.active import Active, Surroundings, end
from spanwise_alerts.config import AlertsConfig, files_of
from spanwise_alerts.errors import AlertsError
from spanwise_alerts.events import OnEvent
from spanwise_alerts.record.store import Store
from spanwise_alerts.serve import Front, serve
from spanwise_alerts.view.standby import standby
from spanwise_alerts.watch import Watch

DATABASE: Final = "alerts.sqlite3"
_LOOK_S: Final = 1.0
"""How often a replica looks whether it may work, and whether it still may."""

_log = logging.getLogger(__name__)


def _new_id() -> str:
    return str(uuid.uuid4())


class App:
    """One alert manager.

    `async with App(config, collector_url=..., data=..., now=time.time) as app` runs it; `app.addresses` then says
    where it listens. On exit it refuses requests, ends the loop, lets letters on their way arrive and closes;
    letters that were not delivered wait in the database for the next start. Of several on one PostgreSQL one works,
    the others stand by: they refuse requests, and one of them takes over when the first is gone.
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
        self._reread = reread or (lambda: config)
        self._file = file
        self._where: Path | URL = config.database_url or data / DATABASE
        self._around = Surroundings(
            collector_url, data, now, draw, new_id, on_event, self._start, lambda: self._faults, self.reload
        )
        self._front = Front(standby())
        self._faults: list[str] = []
        self._reloading = asyncio.Lock()
        self._closing = contextlib.AsyncExitStack()
        self._store: Store | None = None
        self._active: Active | None = None
        self._work = contextlib.AsyncExitStack()
        self._told = ""

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as opened:
            await self._open(opened)
            self._closing = opened.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    async def _open(self, opened: contextlib.AsyncExitStack) -> None:
        opened.push_async_callback(self._step_down)
        await self._try_to_lead()
        works: list[Coroutine[Any, Any, None]] = []
        if isinstance(self._where, URL):
            works.append(self._take_turns())
        if self._file is not None:
            file = self._file
            works.append(Watch(lambda: files_of(self._config, file), self.reload).run())
        if works:
            opened.push_async_callback(end, [self._start(work) for work in works])
        self.addresses["http"] = await opened.enter_async_context(serve(self._front, self._config.http))

    async def reload(self) -> None:
        """Read the configuration anew; addresses and the database stay as they were.

        Raises:
            ConfigError: it cannot be used; then nothing changes.
        """
        async with self._reloading:
            config = self._reread()
            if self._active is not None:
                await self._active.reload(config)
            self._config = config

    async def _try_to_lead(self) -> None:
        """Begin to work unless another replica does."""
        if self._store is None:
            # closed by `_step_down`, whatever happens next
            self._store = await self._work.enter_async_context(Store(self._where))
        if not await self._store.lead():
            return
        async with self._reloading:
            active = await self._work.enter_async_context(Active(self._config, self._store, self._around))
            self._active = active
        self._front.inner = active.api()

    async def _step_down(self) -> None:
        """Stop work, if this is who works, and leave the database."""
        self._front.inner = standby()
        self._active, self._store = None, None
        work, self._work = self._work, contextlib.AsyncExitStack()
        await work.aclose()

    async def _take_turns(self) -> None:
        """Look again and again whether this replica may work, and whether it still may."""
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                if self._active is None:
                    await self._try_to_lead()
                elif self._store is not None:
                    await self._store.check()
            except AlertsError as error:
                self._say(str(error))
                if self._active is None or self._store is None or self._store.lost:
                    await self._step_down()
            else:
                self._say("")

    def _say(self, trouble: str) -> None:
        if trouble and trouble != self._told:
            _log.warning("this replica stands by: %s", trouble)
        self._told = trouble

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._faults.append(f"{task.get_coro()}: {type(fault).__name__}: {fault}")
            _log.critical("the alert manager does not work any more", exc_info=fault)

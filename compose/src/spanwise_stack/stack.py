"""Collector and alerts in one process: starts them in the order of the flow and stops them against it."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from spanwise_alerts.app import App as Alerts
from spanwise_alerts.errors import AlertsError
from spanwise_alerts.events import Event
from spanwise_collector.app import App as Collector
from spanwise_collector.errors import CollectorError
from spanwise_stack.addresses import refusals
from spanwise_stack.config import StackConfig, addresses
from spanwise_stack.errors import CannotStart


class Stack:
    """Both parts, running inside `async with`.

    On exit the alert manager stops first, then the collector refuses, drains, flushes and closes.

    Args:
        config: of both.
        on_event: called with each transition and each delivery of an alert.
        reread: reads the configuration anew for a reload of the alert manager.
        file: where the configuration stands; a change of it reloads.

    Attributes:
        addresses: what listens where, as "host:port", by name: otlp_http, otlp_grpc, http, alerts.
        data: the folder that both keep their data in.

    Raises:
        CannotStart: an address or the data folder cannot be had.
    """

    def __init__(
        self,
        config: StackConfig,
        on_event: Callable[[Event], None] | None = None,
        reread: Callable[[], StackConfig] | None = None,
        file: Path | None = None,
    ) -> None:
        self._config = config
        self._on_event = on_event
        self._reread = reread or (lambda: config)
        self._file = file
        self._stack = contextlib.AsyncExitStack()
        self._collector = Collector(config.collector, now_ns=time.time_ns)  # noqa: TID251 the clock comes in here
        self.addresses: dict[str, str] = {}
        self.data = config.collector.data

    async def __aenter__(self) -> Self:
        _check(self._config)
        async with contextlib.AsyncExitStack() as stack:
            try:
                await self._start(stack)
            except (OSError, CollectorError, AlertsError) as fault:
                # an address taken since the check, or a data folder in use by another collector
                raise CannotStart(str(fault)) from fault
            self._stack = stack.pop_all()
        return self

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        await stack.enter_async_context(self._collector)
        alerts = Alerts(
            self._config.alerts,
            collector_url=f"http://{self._collector.addresses['http']}",
            data=self._config.collector.data / "alerts",
            now=time.time,  # noqa: TID251 the clock comes in here
            on_event=self._on_event,
            reread=lambda: self._reread().alerts,
            file=self._file,
        )
        await stack.enter_async_context(alerts)
        self.reload = alerts.reload
        self.addresses = {**self._collector.addresses, "alerts": alerts.addresses["http"]}

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def ledger(self) -> dict[str, int]:
        """Give what became of every span: acknowledged, stored, rejected, duplicate, and lost, which is the rest."""
        ledger = self._collector.ledger()
        fates = {name: ledger[name] for name in ("stored", "rejected", "duplicate")}
        acknowledged = self._collector.acknowledged
        return {"acknowledged": acknowledged, **fates, "lost": acknowledged - sum(fates.values())}


def _check(config: StackConfig) -> None:
    found = refusals(addresses(config))
    if fault := _unwritable(config.collector.data):
        found.append(fault)
    if found:
        raise CannotStart("\n".join(found))


def _unwritable(data: Path) -> str | None:
    # the collector makes what is not there yet
    there = next(folder for folder in (data, *data.absolute().parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return None
    except OSError as fault:
        return f"{data} cannot be written: {fault.strerror}; --data DIR names another folder"

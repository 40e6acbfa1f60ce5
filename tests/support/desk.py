"""An alert manager's API without rules: the real dispatcher, database and server."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from spanwise_alerts.alert import Held
from spanwise_alerts.backtest import Backtest
from spanwise_alerts.config import AlertsConfig, load
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.memory import Memory
from spanwise_alerts.notify.trial import Tried, tried
from spanwise_alerts.outbox import Replayed, Sought
from spanwise_alerts.receivers.receiver import Receiver
from spanwise_alerts.record.store import Store
from spanwise_alerts.rule import Rule
from spanwise_alerts.serve import serve
from spanwise_alerts.signing import Signing
from spanwise_alerts.view.api import Shown, api
from spanwise_alerts.view.beyond import Archive
from spanwise_alerts.view.notifications import Outgoing
from spanwise_alerts.view.numbers import Numbers
from spanwise_alerts.view.status import Condition
from tests.support.clock import Clock

START_S = 1_700_000_000.0


@dataclass
class Desk:
    """What a test holds of it."""

    url: str
    client: httpx.AsyncClient
    dispatcher: Dispatcher
    memory: Memory
    numbers: Numbers
    store: Store
    clock: Callable[[], float]
    signing: Signing = field(init=False)
    faults: list[str] = field(default_factory=list)
    receivers: list[Receiver] = field(default_factory=list)
    reloads: list[Exception | None] = field(default_factory=list)
    tested: list[tuple[str, float, float, float]] = field(default_factory=list)

    async def replay(self, sought: Sought, author: str) -> Replayed:
        return await self.store.replay(sought, {"team/webhook"}, self.clock(), author)

    async def test(self, name: str) -> list[Tried] | None:
        found = [receiver for receiver in self.receivers if receiver.name == name]
        return await tried(found[0], self.clock, "test-1") if found else None

    async def post(self, *alerts: dict[str, Any]) -> httpx.Response:
        return await self.client.post("/api/v2/alerts", json=list(alerts))

    async def get(self, path: str, **params: Any) -> Any:
        return (await self.client.get(path, params=params)).json()


@asynccontextmanager
async def desk(
    folder: Path, *, clock: Callable[[], float] | None = None, rules: Sequence[Rule] = (), **section: Any
) -> AsyncIterator[Desk]:
    """Serve the API on a free port; `section` is the configuration."""
    now = clock or Clock(START_S)
    config = load({"http": "127.0.0.1:0", "default_rules": False, "start_delay": "0s", **section}, "test.yaml", folder)
    ids = (f"00000000-0000-4000-8000-{number:012}" for number in itertools.count(1))
    memory = Memory(rules)
    async with Store(folder / "alerts.sqlite3") as store:
        kept: list[Any] = []
        dispatcher = Dispatcher(config, store, kept.append, lambda: next(ids))
        await dispatcher.start(now())
        numbers = Numbers(dispatcher, lambda: memory, now)
        made = Desk("", httpx.AsyncClient(), dispatcher, memory, numbers, store, now)

        async def reload() -> None:
            fault = made.reloads.pop()
            if fault is not None:
                raise fault

        async def backtest(rule: Rule, start_s: float, end_s: float, step_s: float) -> Backtest:
            made.tested.append((rule.name, start_s, end_s, step_s))
            return Backtest(rule.name, start_s, end_s, step_s, (), 0, 0)

        archive = Archive(lambda: rules, memory.all, store.trail, backtest)
        shown = _shown(config, folder, dispatcher, made, reload, archive)
        async with serve(api(shown), config.http) as address:
            made.url = f"http://{address}"
            async with httpx.AsyncClient(base_url=made.url) as made.client:
                yield made


def _shown(
    config: AlertsConfig, folder: Path, dispatcher: Dispatcher, made: Desk, reload: Any, archive: Archive
) -> Shown:  # fmt: skip
    condition = Condition(
        lambda: config, lambda: made.memory.health, made.numbers, made.store.counts, lambda: made.faults, reload,
        START_S,
    )  # fmt: skip
    made.receivers = config.receivers
    outgoing = Outgoing(made.store.letters, made.store.trail, made.replay, made.test)
    made.signing = Signing(folder, made.clock)
    made.signing.configure(config)
    return Shown(dispatcher, condition, archive, outgoing, made.clock, made.signing.links)


def hold(memory: Memory, rule: str, held: Held) -> None:
    """Let a rule have an alert."""
    memory.keep(rule, held.alert.series, held)

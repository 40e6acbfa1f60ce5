"""The language of time: at which second a measure has which value, and between which seconds what is wanted.

    story = Timeline(rule)
    story.at(1).value(9.0, model="gpt-4o")
    story.between(1, 1.5).wants("firing", tier="warning")
    await story.run(until=10)

Seconds count from the start of the story. The clock is moved by hand, half a second a tick; everything else is
real: the loop asks over HTTP, the database is a file, letters go over sockets.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spanwise_alerts.app import DATABASE
from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.ask.history import of_source
from spanwise_alerts.config import load
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.events import AlertChanged, DeliveryAttempted, Event
from spanwise_alerts.loop import Loop
from spanwise_alerts.notify.courier import Courier
from spanwise_alerts.notify.deliveries import channels_of
from spanwise_alerts.record.store import Store
from spanwise_alerts.study import Study
from tests.support.clock import Clock
from tests.support.webhook import Delivery, Reply, Server, WebhookSink

TICK_S = 0.5
START_S = 1_700_000_000.0


@dataclass
class Want:
    """One message that is wanted between two moments."""

    begin_s: float
    end_s: float
    status: str
    fields: dict[str, Any]

    def meets(self, at_s: float, body: dict[str, Any]) -> bool:
        (alert,) = body["alerts"]
        told = {**body, **alert, **alert["labels"]}
        same = all(told.get(name) == value for name, value in self.fields.items())
        return self.begin_s <= at_s <= self.end_s and body["status"] == self.status and same


@dataclass
class At:
    """What happens at one moment."""

    story: Timeline
    second: float

    def value(self, value: float | None, *, count: int = 100, **labels: str) -> At:
        """From now on the series has this value; None takes it away."""
        key = tuple(sorted(labels.items()))

        def change() -> None:
            self.story.series.pop(key, None)
            if value is not None:
                self.story.series[key] = (value, count)

        return self.does(change)

    def collector(self, status: int) -> At:
        """From now on the collector answers with this status."""
        return self.does(lambda: setattr(self.story, "status", status))

    def restart(self) -> At:
        """Throw the loop away without a farewell and start another one on the same database."""
        self.story.restarts.add(self.second)
        return self

    def does(self, change: Callable[[], None]) -> At:
        self.story.script.append((self.second, change))
        return self


@dataclass
class Timeline:
    """One story: rules, what happens when, what is wanted when."""

    rules: list[dict[str, Any]]
    folder: Path
    email: dict[str, Any] | None = None
    replies: tuple[Reply, ...] = ()
    series: dict[tuple[tuple[str, str], ...], tuple[float, int]] = field(default_factory=dict)
    status: int = 200
    script: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    wants: list[Want] = field(default_factory=list)
    restarts: set[float] = field(default_factory=set)
    told: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    events: list[Event] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    clock: Clock = field(default_factory=lambda: Clock(START_S))

    def at(self, second: float) -> At:
        return At(self, second)

    def between(self, begin_s: float, end_s: float) -> Between:
        return Between(self, begin_s, end_s)

    async def run(self, until: float) -> None:
        """Let time pass, then compare what was told with what was wanted: nothing missing, nothing more."""
        with Server(self._answer) as collector, WebhookSink(*self.replies) as sink:
            receiver: dict[str, Any] = {"name": "team", "webhook": {"allow_private": True, "url": f"{sink.url}/hook"}}
            if self.email:
                receiver["email"] = self.email
            given = {
                "rules": self.rules, "receivers": [receiver], "default_rules": False, "storm": {"messages": 0},
                "flap": {"changes": 0}, "start_delay": "0s",
            }  # fmt: skip
            config = load(given, "spanwise.yaml", self.folder)
            second = 0.0
            while second <= until:
                async with Store(self.folder / DATABASE) as store:
                    channels = channels_of(config.receivers, self.clock)
                    source = Collector(collector.url)
                    dispatcher = Dispatcher(config, store, self.events.append, lambda: f"id-{next(self.ids)}")
                    loop = Loop(
                        config.watched, {"collector": source}, store, dispatcher,
                        Study(store, lambda _, source=source: of_source(source)),
                    )  # fmt: skip
                    couriers = [Courier(c, store, self.clock, lambda: 0.5, self.events.append) for c in channels]
                    await dispatcher.start(self.clock())
                    await loop.start(self.clock())
                    while second <= until:
                        self._happen(second)
                        await loop.tick(self.clock(), 30.0)
                        await dispatcher.tick(self.clock())
                        await asyncio.gather(*(courier.deliver_due() for courier in couriers))
                        self.told += [(second, body) for body in sink.bodies[len(self.told) :]]
                        second += TICK_S
                        self.clock.advance(TICK_S)
                        if second - TICK_S in self.restarts:
                            break
                    await asyncio.gather(*(courier.close() for courier in couriers), source.close(), loop.close())
        self._judge()

    def changes(self) -> list[str]:
        """What happened to alerts, in order."""
        return [event.kind for event in self.events if isinstance(event, AlertChanged)]

    def outcomes(self) -> list[str]:
        """How deliveries ended, in order."""
        return [event.outcome.kind for event in self.events if isinstance(event, DeliveryAttempted)]

    def _happen(self, second: float) -> None:
        for planned, change in self.script:
            if second - TICK_S < planned <= second:
                change()

    def _answer(self, request: Delivery) -> Reply:
        queries = request.body["queries"]
        self.asked += queries
        by = sorted({name for key in self.series for name, _ in key})
        rows = [[dict(key).get(name, "") for name in by] for key in self.series]
        answer = {"set": 0, "values": [value for value, _ in self.series.values()]}
        told = {
            "tables": [{"by": by, "rows": rows}],
            "sets": [{"table": 0, "counts": [count for _, count in self.series.values()]}],
            "answers": [answer for _ in queries],
        }
        return Reply(self.status, body=json.dumps(told).encode())

    def _judge(self) -> None:
        shown = "\n".join(f"{at_s:6.1f} {b['status']} {b['tier']} {b['alerts']}" for at_s, b in self.told)
        for want in self.wants:
            met = [index for index, (at_s, body) in enumerate(self.told) if want.meets(at_s, body)]
            assert met, f"wanted {want}\ntold\n{shown}"
        for at_s, body in self.told:
            assert any(want.meets(at_s, body) for want in self.wants), f"not wanted at {at_s}: {body}"
        assert len(self.told) == len(self.wants), f"told {len(self.told)}, wanted {len(self.wants)}\n{shown}"


@dataclass
class Between:
    """A span of time in which something is wanted."""

    story: Timeline
    begin_s: float
    end_s: float

    def wants(self, status: str, **fields: Any) -> None:
        self.story.wants.append(Want(self.begin_s, self.end_s, status, fields))

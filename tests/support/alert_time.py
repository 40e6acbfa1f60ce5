"""The language of time for what is told: what happens at which second, and what is wanted between which seconds.

    story = Story(folder, route={"group_by": ["alertname"], "group_wait": "1s"})
    story.at(1).push("down", zone="a")
    story.between(2, 2.5).wants(fires("down", zone="a", since=1))
    await story.run(until=10)

Seconds count from the start of the story. The clock is moved by hand, to each moment at which something is written or
the dispatcher wants to be called; everything else is real: the database is a file, letters go over sockets.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from spanwise_alerts.alert import Alert, Change, Held, Level, Notice, Posted
from spanwise_alerts.attend import Target
from spanwise_alerts.config import AlertsConfig, load
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.events import AlertChanged, Event
from spanwise_alerts.group.identity import fingerprint
from spanwise_alerts.matchers import parse_matchers
from spanwise_alerts.notify.courier import Courier
from spanwise_alerts.notify.deliveries import channels_of
from spanwise_alerts.people.act import Act, Kind
from spanwise_alerts.record.store import Store
from spanwise_alerts.rule import TierName
from spanwise_alerts.silence import SilenceDraft
from spanwise_alerts.timing import Schedule
from tests.support.clock import Clock
from tests.support.webhook import WebhookSink

START_S = 1_700_000_000.0
"""2023-11-14, a Tuesday, 22:13:20 UTC."""

NEVER = float("inf")


@dataclass(frozen=True)
class Said:
    """An alert as a message says it; times in seconds of the story, None where any will do."""

    labels: tuple[tuple[str, str], ...]
    status: str
    since: float | None = None
    until: float | None = None
    tier: str | None = None

    def meets(self, said: Mapping[str, Any]) -> bool:
        return (
            dict(self.labels) == said["labels"]
            and self.status == said["status"]
            and self.since in {None, second_of(said["starts_at"])}
            and self.until in {None, second_of(said["ends_at"])}
            and self.tier in {None, said["tier"]}
        )


def fires(name: str, *, since: float | None = None, tier: str | None = None, **labels: str) -> Said:
    return Said(named(name, labels), "firing", since, None, tier)


def resolved(
    name: str, *, since: float | None = None, until: float | None = None, tier: str | None = None, **labels: str
) -> Said:
    return Said(named(name, labels), "resolved", since, until, tier)


def named(name: str, labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({"alertname": name, **labels}.items()))


def second_of(text: str | None) -> float | None:
    return None if text is None else round(datetime.fromisoformat(text).timestamp() - START_S, 3)


@dataclass(frozen=True)
class Told:
    """One message that arrived."""

    second: float
    receiver: str
    body: Mapping[str, Any]

    def __str__(self) -> str:
        alerts = ", ".join(f"{a['status']} {a['tier']} {a['labels']}" for a in self.body["alerts"])
        return f"{self.second:8.2f} {self.receiver} {self.body['reason']} [{alerts}] {self.body['summary']}"


@dataclass(frozen=True)
class Want:
    """One message that is wanted between two moments: exactly these alerts."""

    begin: float
    end: float
    receiver: str
    said: tuple[Said, ...]
    reason: str | None

    def meets(self, told: Told) -> bool:
        alerts = list(told.body["alerts"])
        same = len(alerts) == len(self.said) and all(any(s.meets(a) for a in alerts) for s in self.said)
        right = self.receiver == told.receiver and self.reason in {None, told.body["reason"]}
        return same and right and self.begin <= told.second <= self.end


class Story:
    """One story: a configuration, what happens when, what is wanted when."""

    def __init__(self, folder: Path, *, receivers: Any = ("team",), replies: Any = (), **section: Any) -> None:
        self.folder, self.receivers, self.replies = folder, receivers, tuple(replies)
        # the flood of one story is no storm, unless it says so
        self.section = {"storm": {"messages": 0}, "flap": {"changes": 0}, "start_delay": "0s", **section}
        self.script: list[tuple[float, Callable[[], Awaitable[None]]]] = []
        self.wants: list[Want] = []
        self.told: list[Told] = []
        self.events: list[Event] = []
        self.silences: dict[str, str] = {}
        self.held: dict[tuple[tuple[str, str], ...], Held | None] = {}
        self.clock, self.ids = Clock(START_S), itertools.count(1)
        self.restarting = False

    def at(self, second: float) -> At:
        return At(self, second)

    def between(self, begin: float, end: float) -> Between:
        return Between(self, begin, end)

    @property
    def second(self) -> float:
        return round(self.clock() - START_S, 6)

    def config(self) -> AlertsConfig:
        given = [{"name": each} if isinstance(each, str) else each for each in self.receivers]
        webhooks = [{"webhook": {}, **each} for each in given]
        receivers = [
            {**each, "webhook": {"allow_private": True, "url": f"{self.sink.url}/{each['name']}", **each["webhook"]}}
            for each in webhooks
        ]
        return load({"receivers": receivers, **self.section}, "spanwise.yaml", self.folder)

    async def run(self, until: float) -> None:
        """Let time pass, then compare what was told with what was wanted: nothing missing, nothing more."""
        self.script.sort(key=lambda item: item[0])
        with WebhookSink(*self.replies) as self.sink:
            while self.second <= until:
                async with Store(self.folder / "alerts.sqlite3") as self.store:
                    await self._live(until)
                self.restarting = False
        self._judge()

    async def _live(self, until: float) -> None:
        self.dispatcher = Dispatcher(self.config(), self.store, self.events.append, lambda: f"id-{next(self.ids)}")
        await self.dispatcher.start(self.clock())
        while self.second <= until and not self.restarting:
            while self.script and self.script[0][0] <= self.second and not self.restarting:
                await self.script.pop(0)[1]()
            if self.restarting:
                return
            due = [await self.dispatcher.tick(self.clock()), await self._deliver()]
            due += [START_S + self.script[0][0]] if self.script else []
            next_s = min((at_s for at_s in due if at_s is not None), default=NEVER)
            assert next_s > self.clock(), "whoever is called at once again and again never rests"
            self.clock.now_s = next_s

    async def _deliver(self) -> float | None:
        channels = channels_of(self.dispatcher._config.receivers, self.clock)
        couriers = [Courier(c, self.store, self.clock, lambda: 0.5, self.events.append) for c in channels]
        seen = len(self.sink.deliveries)
        while any(await asyncio.gather(*(courier.deliver_due() for courier in couriers))):
            pass
        self.told += [Told(self.second, d.path.strip("/"), d.body) for d in self.sink.deliveries[seen:]]
        due = [await self.store.next_due_s(channel.name) for channel in channels]
        for courier in couriers:
            await courier.close()
        return min((at_s for at_s in due if at_s is not None), default=None)

    def changes(self) -> list[str]:
        """What happened to alerts, in order."""
        return [event.kind for event in self.events if isinstance(event, AlertChanged)]

    def _judge(self) -> None:
        shown = "\n".join(map(str, self.told)) or "nothing"
        left = list(self.told)
        for want in self.wants:
            met = next((told for told in left if want.meets(told)), None)
            assert met is not None, f"wanted {want}\ntold\n{shown}"
            left.remove(met)
        assert not left, f"not wanted:\n{chr(10).join(map(str, left))}\ntold\n{shown}"


@dataclass
class At:
    """What happens at one moment."""

    story: Story
    second: float

    def at(self, second: float) -> At:
        """Go on to another moment."""
        return self.story.at(second)

    def push(
        self,
        name: str,
        *,
        start: float | None = None,
        end: float | None = None,
        annotations: Mapping[str, str] | None = None,
        **labels: str,
    ) -> At:
        """Somebody posts an alert; times in seconds of the story."""
        when = {key: None if at is None else START_S + at for key, at in (("starts_at_s", start), ("ends_at_s", end))}
        posted = Posted({"alertname": name, **labels}, annotations or {}, **when)
        return self.does(lambda: self.story.dispatcher.push([posted], self.story.clock()))

    def fires(self, name: str, tier: TierName = "warning", **labels: str) -> At:
        """A rule of ours finds it so; another tier than before is a change of the same alert."""
        return self.does(lambda: self._found(name, tier, labels))

    def resolves(self, name: str, **labels: str) -> At:
        """A rule of ours finds it over."""
        return self.does(lambda: self._found(name, None, labels))

    async def _found(self, name: str, tier: TierName | None, labels: Mapping[str, str]) -> None:
        now_s, key = self.story.clock(), named(name, labels)
        mark, before = fingerprint(dict(key)), self.story.held.get(key)
        first = Alert(name, tuple(sorted(labels.items())), starts_at_s=now_s)
        alert = replace(before.alert if before else first, tier=tier, updated_at_s=now_s)
        alert = replace(alert, step=alert.step + 1, levels={tier: Level(active=True)} if tier else {})
        was = before.alert.tier if before else None
        notice = a_notice(alert, was, dict(key), mark)
        held = Held(mark, alert, notice) if tier else None
        await self.story.dispatcher.take([Change(mark, held, notice)], now_s)
        await self.story.dispatcher.release(now_s)
        self.story.held[key] = held

    def silence(
        self,
        matchers: str,
        *,
        until: float,
        start: float | None = None,
        name: str = "",
        schedule: dict[str, Any] | None = None,
        until_resolved: bool = False,
    ) -> At:
        """Make a silence, or edit the one with this name; without a name it is always a new one."""

        async def make() -> None:
            draft = SilenceDraft(
                parse_matchers(matchers), START_S + (self.second if start is None else start), START_S + until,
                "me", "because", self.story.silences.get(name, "") if name else "",
                recurring=Schedule.model_validate(schedule) if schedule else None, until_resolved=until_resolved,
            )  # fmt: skip
            self.story.silences[name] = await self.story.dispatcher.silence(draft, self.story.clock())

        return self.does(make)

    def expire(self, name: str = "") -> At:
        """End a silence."""
        return self.does(lambda: self.story.dispatcher.expire(self.story.silences[name], self.story.clock()))

    def acts(
        self, kind: Kind, name: str, *, until: float | None = None, by: str = "ada", to: str = "", **labels: str
    ) -> At:
        """Somebody does something about an alert."""
        act = Act(kind, by, "seen", None if until is None else START_S + until, to)
        target = Target((fingerprint(dict(named(name, labels))),))

        async def do() -> None:
            await self.story.dispatcher.act(target, act, self.story.clock())

        return self.does(do)

    def restart(self) -> At:
        """Throw the dispatcher away without a farewell and start another one on the same database."""

        async def stop() -> None:
            self.story.restarting = True

        return self.does(stop)

    def reload(self, **section: Any) -> At:
        """Take another configuration."""

        async def take() -> None:
            self.story.section |= section
            await self.story.dispatcher.reload(self.story.config(), self.story.clock())

        return self.does(take)

    def sees(self, name: str, state: str, **labels: str) -> At:
        """Whoever asks sees the alert in this state; `gone` where it is not there."""

        async def look() -> None:
            found = {s.notice.fingerprint: s for s in self.story.dispatcher.alerts()}
            standing = found.get(fingerprint(dict(named(name, labels))))
            assert (standing.state if standing else "gone") == state, f"at {self.second}: {standing}"

        return self.does(look)

    def does(self, change: Callable[[], Awaitable[None]]) -> At:
        self.story.script.append((round(self.second, 6), change))
        return self


def a_notice(alert: Alert, was: TierName | None, labels: dict[str, str], mark: str) -> Notice:
    tier = alert.tier or was
    assert tier is not None
    assert alert.starts_at_s is not None
    return Notice(
        status="firing" if alert.tier else "resolved", tier=tier, previous_tier=was, rule=alert.rule,
        summary=f"{alert.rule} is {tier}", description="", labels=labels, value=1.0, value_text="1 s", threshold=0.5,
        threshold_text="500 ms", unit="s", window_s=60.0, count=5, starts_at_s=alert.starts_at_s,
        ends_at_s=None if alert.tier else alert.updated_at_s, fingerprint=mark, step=alert.step, runbook="", links={},
    )  # fmt: skip


@dataclass
class Between:
    """A span of time in which something is wanted."""

    story: Story
    begin: float
    end: float

    def wants(self, *said: Said, to: str = "team", reason: str | None = None) -> Between:
        self.story.wants.append(Want(self.begin, self.end, to, said, reason))
        return self

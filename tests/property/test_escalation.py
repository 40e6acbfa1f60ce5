"""Whatever people do, and restarts: no step of an escalation is skipped or doubled, and whoever acts stops it."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from spanwise_alerts.alert import Posted
from spanwise_alerts.attend import Target
from spanwise_alerts.config import load
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.events import Event, Notified
from spanwise_alerts.group.identity import fingerprint
from spanwise_alerts.people.act import Act, Kind
from spanwise_alerts.record.store import Store

STEPS = ((0.0, "oncall"), (60.0, "lead"), (150.0, "boss"))
REPEAT_S = 100.0
# the steps come twice; in seconds since the beginning
CALLS = [*STEPS, *((150.0 + REPEAT_S + after_s, who) for after_s, who in STEPS)]
HOSTS = ("x", "y")
FAR_S = float("inf")
SECTION: dict[str, Any] = {
    "receivers": [{"name": who, "webhook": {"url": "https://hooks.example.com/"}} for _, who in STEPS],
    "escalations": [{
        "name": "pager", "repeat": 1, "repeat_after": f"{REPEAT_S:g}s",
        "steps": [{"after": f"{after_s:g}s", "receivers": who} for after_s, who in STEPS],
    }],
    "route": {"escalation": "pager", "repeat_interval": "90d"}, "default_rules": False, "resolve_timeout": "90d",
    "storm": {"messages": 0}, "flap": {"changes": 0}, "start_delay": "0s",
}  # fmt: skip


@dataclass
class Model:
    """One alert, by the words of the documentation."""

    due_s: float
    taken: int = 0
    called: set[str] = field(default_factory=set)
    acked_s: float | None = None
    snoozed_s: float | None = None

    @property
    def quiet(self) -> bool:
        return self.acked_s is not None or self.snoozed_s is not None

    def next_s(self) -> float:
        ends = [at_s for at_s in (self.acked_s, self.snoozed_s) if at_s is not None]
        steps = [] if self.quiet or self.taken == len(CALLS) else [self.due_s]
        return min([*ends, *steps], default=float("inf"))

    def go(self, now_s: float) -> set[str]:
        """Take what is due at a moment; return who is told."""
        told: set[str] = set()
        if self.acked_s is not None and self.acked_s <= now_s:
            self.acked_s = None
            self.anew(now_s)
        if self.snoozed_s is not None and self.snoozed_s <= now_s:
            self.snoozed_s = None
            told |= self.called
            self.anew(now_s)
        if not self.quiet and self.taken < len(CALLS) and self.due_s <= now_s:
            before_s, who = CALLS[self.taken]
            told.add(who)
            self.called.add(who)
            self.taken += 1
            # the same sum as there, to the last bit
            self.due_s = now_s + (CALLS[self.taken][0] - before_s) if self.taken < len(CALLS) else FAR_S
        return told

    def anew(self, now_s: float) -> None:
        if not self.quiet:
            self.due_s, self.taken = now_s, 0


class Escalating(RuleBasedStateMachine):
    """A dispatcher on a real database beside the model of it."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.now_s, self.ids = 1000.0, itertools.count()
        self.models: dict[str, Model] = {}
        self.told: list[tuple[float, str, str, str]] = []
        self.wanted: list[tuple[float, str, str, str]] = []
        self.store = Store(Path(self.folder.name) / "db")
        self.runner.run(self.store.__aenter__())
        self.live()

    def live(self) -> None:
        config = load(SECTION, "spanwise.yaml", Path())
        self.dispatcher = Dispatcher(config, self.store, self.hear, lambda: f"id-{next(self.ids)}")
        self.runner.run(self.dispatcher.start(self.now_s))

    def hear(self, event: Event) -> None:
        if isinstance(event, Notified):
            (notice,) = event.message.notices
            self.told.append((event.at_s, notice.labels["host"], event.message.receiver, notice.status))

    def want(self, host: str, receivers: set[str], status: str = "firing") -> None:
        self.wanted += [(self.now_s, host, receiver, status) for receiver in receivers]

    @rule(host=st.sampled_from(HOSTS))
    def fire(self, host: str) -> None:
        if host not in self.models:
            model = self.models[host] = Model(self.now_s)
            self.want(host, model.go(self.now_s))
        self.runner.run(self.dispatcher.push([Posted({"alertname": "a", "host": host})], self.now_s))

    @precondition(lambda self: self.models)
    @rule(data=st.data())
    def resolve(self, data: st.DataObject) -> None:
        host = data.draw(st.sampled_from(sorted(self.models)))
        self.want(host, self.models.pop(host).called, "resolved")
        over = Posted({"alertname": "a", "host": host}, {}, None, self.now_s)
        self.runner.run(self.dispatcher.push([over], self.now_s))

    @precondition(lambda self: self.models)
    @rule(data=st.data(), length_s=st.sampled_from([41.3, 173.9]))
    def acknowledge(self, data: st.DataObject, length_s: float) -> None:
        host = data.draw(st.sampled_from(sorted(self.models)))
        self.models[host].acked_s = self.now_s + length_s
        self.act(host, "acknowledge", self.now_s + length_s)

    @precondition(lambda self: self.models)
    @rule(data=st.data(), length_s=st.sampled_from([23.7, 301.1]))
    def snooze(self, data: st.DataObject, length_s: float) -> None:
        host = data.draw(st.sampled_from(sorted(self.models)))
        self.models[host].snoozed_s = self.now_s + length_s
        self.act(host, "snooze", self.now_s + length_s)

    @precondition(lambda self: any(model.acked_s for model in self.models.values()))
    @rule(data=st.data())
    def unacknowledge(self, data: st.DataObject) -> None:
        host = data.draw(st.sampled_from(sorted(host for host, model in self.models.items() if model.acked_s)))
        model = self.models[host]
        model.acked_s = self.now_s
        self.want(host, model.go(self.now_s))
        self.act(host, "unacknowledge")

    @rule(seconds=st.sampled_from([0.7, 13.1, 61.9, 400.3]))
    def wait(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while (next_s := min((model.next_s() for model in self.models.values()), default=FAR_S)) <= end_s:
            self.tick_to(next_s)
            for host, model in self.models.items():
                self.want(host, model.go(self.now_s))
            self.runner.run(self.dispatcher.tick(self.now_s))
        self.tick_to(end_s)

    def tick_to(self, end_s: float) -> None:
        """Let the dispatcher be called whenever it wants to be, up to a moment: it tells nothing before."""
        while True:
            next_s = self.runner.run(self.dispatcher.tick(self.now_s))
            assert next_s is None or next_s > self.now_s, "it wants to be called at once again and again"
            if next_s is None or next_s >= end_s:
                break
            self.now_s = next_s
        self.now_s = end_s

    @rule()
    def restart(self) -> None:
        self.live()

    def act(self, host: str, kind: Kind, until_s: float | None = None) -> None:
        target = Target((fingerprint({"alertname": "a", "host": host}),))
        self.runner.run(self.dispatcher.act(target, Act(kind, "ada", "", until_s), self.now_s))

    @invariant()
    def everybody_is_told_when_it_is_their_turn_and_nobody_twice(self) -> None:
        assert sorted(self.told) == sorted(self.wanted)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.runner.run(self.store.__aexit__(None, None, None))
            self.runner.close()
            self.folder.cleanup()


Escalating.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestEscalating = Escalating.TestCase

"""Whatever happens to alerts, in whatever order: nothing is lost, nothing is doubled, and history goes forward only."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from spanwise_alerts.alert import Message, Posted
from spanwise_alerts.config import load
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.events import Event, Notified
from spanwise_alerts.matchers import parse_matchers
from spanwise_alerts.record.store import Store
from spanwise_alerts.silence import SilenceDraft

NAMES, HOSTS = ("down", "slow", "odd"), ("x", "y")
ROUTES: dict[str, Any] = {
    "alone": {},
    "grouped": {"group_by": ["alertname"], "group_wait": "5s", "group_interval": "20s"},
    "split": {"receiver": "team", "routes": [{"matchers": ['host="y"'], "receiver": "pager", "continue": True}, {}]},
}
INHIBIT = [{"source_matchers": ['alertname="down"'], "target_matchers": ['alertname="slow"'], "equal": ["host"]}]
FAR_S = 100_000.0


class Dispatching(RuleBasedStateMachine):
    """A dispatcher on a real database, that may be killed and started again at any moment."""

    ways: ClassVar[dict[str, Any]] = {"webhook": {"url": "https://hooks.example.com/"}}

    @initialize(route=st.sampled_from(sorted(ROUTES)), messages=st.sampled_from([0, 2]))
    def begin(self, route: str, messages: int) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.now_s, self.ids = 1000.0, itertools.count()
        self.firing: set[tuple[str, str]] = set()
        self.silences: list[str] = []
        self.messages: list[Message] = []
        # nothing but each alert by itself
        self.plain = route == "alone" and not messages
        self.section = {
            "receivers": [{"name": n, **self.ways} for n in ("team", "pager")],
            "route": {"receiver": "team", **ROUTES[route]}, "inhibit_rules": INHIBIT, "default_rules": False,
            "storm": {"messages": messages, "per": "60s"},
            "flap": {"changes": 5 if messages else 0, "per": "10m", "digest": "1m"},
            "resolve_timeout": "90d", "start_delay": "0s",
        }  # fmt: skip
        self.store = Store(Path(self.folder.name) / "db")
        self.runner.run(self.store.__aenter__())
        self.live()

    def live(self) -> None:
        config = load(self.section, "spanwise.yaml", Path())
        self.dispatcher = Dispatcher(config, self.store, self.hear, lambda: f"id-{next(self.ids)}")
        self.runner.run(self.dispatcher.start(self.now_s))

    def hear(self, event: Event) -> None:
        if isinstance(event, Notified):
            self.messages.append(event.message)

    @rule(name=st.sampled_from(NAMES), host=st.sampled_from(HOSTS))
    def fire(self, name: str, host: str) -> None:
        self.firing.add((name, host))
        self.runner.run(self.dispatcher.push([Posted({"alertname": name, "host": host})], self.now_s))

    @precondition(lambda self: self.firing)
    @rule(data=st.data())
    def resolve(self, data: st.DataObject) -> None:
        name, host = data.draw(st.sampled_from(sorted(self.firing)))
        self.firing.discard((name, host))
        over = Posted({"alertname": name, "host": host}, {}, None, self.now_s)
        self.runner.run(self.dispatcher.push([over], self.now_s))

    @rule(host=st.sampled_from(HOSTS), seconds=st.sampled_from([7.0, 300.0]))
    def silence(self, host: str, seconds: float) -> None:
        draft = SilenceDraft(parse_matchers(f'host="{host}"'), self.now_s, self.now_s + seconds, "me", "why")
        self.silences.append(self.runner.run(self.dispatcher.silence(draft, self.now_s)))

    @precondition(lambda self: self.silences)
    @rule()
    def expire(self) -> None:
        self.runner.run(self.dispatcher.expire(self.silences.pop(), self.now_s))

    @rule(seconds=st.sampled_from([0.5, 3.0, 25.0, 400.0]))
    def wait(self, seconds: float) -> None:
        self.until(self.now_s + seconds)

    @rule()
    def restart(self) -> None:
        self.live()

    @rule(route=st.sampled_from(sorted(ROUTES)))
    def reload(self, route: str) -> None:
        self.plain = False
        self.section["route"] = {"receiver": "team", **ROUTES[route]}
        config = load(self.section, "spanwise.yaml", Path())
        self.runner.run(self.dispatcher.reload(config, self.now_s))

    def until(self, end_s: float) -> None:
        while True:
            next_s = self.runner.run(self.dispatcher.tick(self.now_s))
            assert next_s is None or next_s > self.now_s, "it wants to be called at once again and again"
            if next_s is None or next_s > end_s:
                break
            self.now_s = next_s
        self.now_s = end_s

    @invariant()
    def whoever_asks_sees_what_fires(self) -> None:
        seen = {(s.notice.labels["alertname"], s.notice.labels["host"]) for s in self.dispatcher.alerts()}
        assert seen == self.firing

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        for name, host in sorted(self.firing):
            over = Posted({"alertname": name, "host": host}, {}, None, self.now_s)
            self.runner.run(self.dispatcher.push([over], self.now_s))
        self.until(self.now_s + FAR_S)
        self.check_history()
        recorded = self.runner.run(self.store.recorded(0.0))
        assert (list(recorded.kept), list(recorded.entries)) == ([], [])
        self.check_letters()
        self.runner.run(self.store.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    def check_letters(self) -> None:
        """Each message is one letter."""
        assert sum(self.runner.run(self.store.counts()).values()) == len(self.messages)

    def check_history(self) -> None:
        """Each receiver's last word about an alert is its end; by itself, an alert is told to fire and end in turn."""
        told: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for message in self.messages:
            for notice in message.notices:
                told.setdefault((message.receiver, notice.fingerprint), []).append((notice.status, message.reason))
        for who, words in told.items():
            assert words[-1][0] == "resolved", f"{who}: {words}"
            if self.plain:
                again = {"repeat", "unmuted", "reminder", "acknowledged"}
                news = [status for status, reason in words if reason not in again]
                assert news == ["firing", "resolved"] * (len(news) // 2), f"{who}: {words}"


Dispatching.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestDispatching = Dispatching.TestCase

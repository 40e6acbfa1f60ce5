"""An outage is one page, whoever breaks by it; what it explains is told only if it stays."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spanwise_alerts.ask.history import of_source
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.errors import AskError
from spanwise_alerts.events import Event, Notified
from spanwise_alerts.loop import Loop
from spanwise_alerts.question import Answer, Question, Table
from spanwise_alerts.record.store import Store
from spanwise_alerts.study import Study

START_S = 1_773_230_400.0
AGENTS = [(f"agent-{n}", ("openai", "anthropic")[n % 2]) for n in range(200)]
RULES: list[dict[str, Any]] = [
    {"name": "errors", "measure": "llm.errors", "stat": "ratio", "by": ["agent"], "window": "1m",
     "tiers": {"warning": {"above": "20%"}}},
    {"name": "slow", "measure": "llm.duration", "stat": "p95", "by": ["provider", "model"], "window": "1m",
     "tiers": {"warning": {"above": "8s"}}},
    {"name": "tools", "measure": "tool.errors", "stat": "ratio", "by": ["agent"],
     "tiers": {"warning": {"above": "20%"}}},
    {"name": "outage", "kind": "outage", "grace": "60s", "keep_firing_for": "0s"},
]  # fmt: skip


class Fleet:
    """Numbers of a fleet in which providers and agents can be made to fail."""

    def __init__(self) -> None:
        self.failing: set[str] = set()
        self.slow: set[str] = set()
        self.tools: set[str] = set()

    def _edges(self, question: Question) -> Mapping[tuple[tuple[str, str], ...], float]:
        found: dict[tuple[tuple[str, str], ...], float] = {}
        for agent, provider in AGENTS:
            said = {"agent": agent, "provider": provider, "model": f"{provider}-large", "service": "shop"}
            labels = tuple(sorted((name, said[name]) for name in question.by if name in said))
            match question.measure:
                case "tool.errors":
                    value = 0.5 if agent in self.tools else 0.0
                case "llm.duration":
                    value = 20.0 if provider in self.slow else 1.0
                case _:
                    value = 0.9 if {agent, provider} & self.failing and not question.ago_s else 0.01
            found[labels] = max(value, found.get(labels, 0.0))
        return found

    async def ask(self, questions: Sequence[Question], _: float) -> Sequence[Answer | AskError]:
        answers: list[Answer | AskError] = []
        for question in questions:
            edges = self._edges(question)
            answers.append(Answer(Table(list(edges)), list(edges.values()), [100] * len(edges)))
        return answers

    def link(self, question: Question) -> str:
        return f"http://numbers/{question.measure}"

    async def close(self) -> None:
        pass


class Watch:
    """Loop and dispatcher over a fleet; says what is told."""

    def __init__(self, folder: Path, fleet: Fleet) -> None:
        self.config = AlertsConfig.model_validate({
            "rules": RULES, "default_rules": False, "start_delay": "0s", "storm": {"messages": 0},
            "receivers": [{"name": "team", "webhook": {"url": "http://127.0.0.1:1/", "allow_private": True}}],
        })  # fmt: skip
        self.folder, self.fleet, self.now_s = folder, fleet, START_S
        self.events: list[Event] = []

    async def run(self, seconds: int) -> list[str]:
        """Go on for so many seconds; return what was told meanwhile: rule, place and status."""
        self.events.clear()
        for _ in range(seconds):
            self.now_s += 1.0
            await self.loop.tick(self.now_s, 5.0)
            await self.desk.tick(self.now_s)
        notices = [notice for event in self.events if isinstance(event, Notified) for notice in event.message.notices]
        return [
            " ".join([n.rule, n.labels.get("provider", n.labels.get("agent", "")), n.status]) for n in notices
        ]  # fmt: skip

    async def begin(self, store: Store) -> None:
        """Start as after a restart."""
        ids = itertools.count()
        self.desk = Dispatcher(self.config, store, self.events.append, lambda: f"{self.now_s}-{next(ids)}")
        study = Study(store, lambda _: of_source(self.fleet))
        self.loop = Loop(self.config.watched, {"collector": self.fleet}, store, self.desk, study)
        await self.desk.start(self.now_s)
        await self.loop.start(self.now_s)


async def test_an_outage_of_a_provider_of_a_hundred_agents_is_one_page_with_its_victims_inside(tmp_path: Path):
    fleet = Fleet()
    watch = Watch(tmp_path, fleet)
    async with Store(tmp_path / "db") as store:
        await watch.begin(store)
        assert await watch.run(5) == []
        fleet.failing, fleet.slow = {"openai"}, {"openai"}
        assert await watch.run(60) == ["outage openai firing"]
        standing = [each for each in watch.desk.alerts() if each.state == "suppressed"]
        assert len(standing) == 101
        (outage,) = [each for each in watch.desk.alerts() if each.state == "active"]
        assert {by for each in standing for by in each.inhibited_by} == {outage.notice.fingerprint}
        assert "Agents: agent-0, agent-10, agent-100" in outage.notice.description
        assert "and 90 more" in outage.notice.description
        fleet.failing, fleet.slow = set(), set()
        assert await watch.run(5) == ["outage openai resolved"]
        assert await watch.run(120) == []


async def test_what_stays_broken_after_the_grace_is_told_and_what_is_something_else_at_once(tmp_path: Path):
    fleet = Fleet()
    watch = Watch(tmp_path, fleet)
    async with Store(tmp_path / "db") as store:
        await watch.begin(store)
        fleet.failing = {"openai"}
        assert await watch.run(10) == ["outage openai firing"]
        fleet.tools = {"agent-0"}
        assert await watch.run(10) == ["tools agent-0 firing"]
        fleet.failing = {"agent-1"}
        assert sorted(await watch.run(2)) == ["errors agent-1 firing", "outage openai resolved"]
        fleet.failing = {"openai", "agent-1"}
        assert await watch.run(2) == ["outage openai firing"]
        fleet.failing = {"agent-0", "agent-1"}
        assert await watch.run(59) == ["outage openai resolved"]
        assert await watch.run(3) == ["errors agent-0 firing"]


async def test_two_outages_are_two_pages_and_a_restart_repeats_neither(tmp_path: Path):
    fleet = Fleet()
    watch = Watch(tmp_path, fleet)
    async with Store(tmp_path / "db") as store:
        await watch.begin(store)
        fleet.failing = {"openai", "anthropic"}
        assert await watch.run(10) == ["outage anthropic firing", "outage openai firing"]
        await watch.begin(store)
        assert await watch.run(30) == []
        fleet.failing = {"openai"}
        assert await watch.run(5) == ["outage anthropic resolved"]

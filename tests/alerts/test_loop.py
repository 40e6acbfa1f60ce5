from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from spanwise_alerts.alert import Observation
from spanwise_alerts.errors import AskError, RecordError
from spanwise_alerts.events import AlertChanged, Event
from spanwise_alerts.loop import Loop
from spanwise_alerts.record.store import Store
from spanwise_alerts.rule import Rule
from tests.alerts.builders import a_rule

SLOW = [Observation((("model", "a"),), 9.0, 50)]


class Numbers:
    """A source in memory, which can be held up."""

    def __init__(self, by_rule: dict[str, list[Observation]]) -> None:
        self.by_rule = by_rule
        self.held: dict[str, asyncio.Event] = {}
        self.asked: list[str] = []

    async def ask(self, rule: Rule, _: float) -> list[Observation]:
        self.asked.append(rule.name)
        if rule.name in self.held:
            await self.held[rule.name].wait()
        if rule.name not in self.by_rule:
            raise AskError("no such number")
        return self.by_rule[rule.name]

    def link(self, rule: Rule) -> str:
        return rule.name


def a_loop(rules: list[Rule], source: Numbers, store: Store, events: list[Event]) -> Loop:
    return Loop(rules, source, store, ["team/webhook"], events.append)


async def test_a_slow_rule_delays_no_other_and_is_not_asked_twice(tmp_path: Path):
    events = list[Event]()
    source = Numbers({"slow": SLOW, "fast": SLOW})
    source.held["slow"] = asyncio.Event()
    async with Store(tmp_path / "db") as store:
        loop = a_loop([a_rule(name="slow"), a_rule(name="fast")], source, store, events)
        await loop.tick(1.0, 0.2)
        await loop.tick(2.0, 0.2)
        assert [event.notice.rule for event in events if isinstance(event, AlertChanged)] == ["fast"]
        assert source.asked == ["slow", "fast", "fast"]
        source.held["slow"].set()
        await loop.tick(3.0, 5.0)
        assert len(events) == 2
        await loop.close()


async def test_a_change_that_is_not_recorded_did_not_happen_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    events = list[Event]()
    async with Store(tmp_path / "db") as store:
        loop = a_loop([a_rule()], Numbers({"llm-latency": SLOW}), store, events)

        async def refuse(*_: object) -> None:
            raise RecordError("disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(store, "commit", refuse)
            await loop.tick(1.0, 5.0)
            assert not events
            assert loop.memory.health["llm-latency"].fault == "disk is full"
        await loop.tick(2.0, 5.0)
        assert len(events) == 1
        assert await store.counts() == {("team/webhook", "pending"): 1}


@pytest.mark.parametrize("rules", [[], [a_rule(labels={"team": "ai"})]], ids=["removed", "with another identity"])
async def test_an_alert_whose_rule_is_gone_is_resolved_in_its_last_words(tmp_path: Path, rules: list[Rule]):
    events = list[Event]()
    async with Store(tmp_path / "db") as store:
        before = a_loop([a_rule()], Numbers({"llm-latency": SLOW}), store, events)
        await before.tick(1.0, 5.0)
        after = a_loop(rules, Numbers({"llm-latency": SLOW}), store, events)
        await after.start(2.0)
        await after.start(3.0)
        kinds = [event.kind for event in events if isinstance(event, AlertChanged)]
        assert kinds == ["fired", "resolved"]
        assert await store.alerts() == []
        assert await store.counts() == {("team/webhook", "pending"): 2}


async def test_a_rule_whose_measure_fails_keeps_its_alerts(tmp_path: Path):
    events, source = list[Event](), Numbers({"llm-latency": SLOW})
    async with Store(tmp_path / "db") as store:
        loop = a_loop([a_rule()], source, store, events)
        await loop.tick(1.0, 5.0)
        source.by_rule.clear()
        await loop.tick(2.0, 5.0)
        assert [held.alert.tier for held in loop.memory.all()] == ["warning"]
        assert len(events) == 1

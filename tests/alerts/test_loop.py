from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pytest

from spanwise_alerts.alert import Change, Held
from spanwise_alerts.ask.history import of_source
from spanwise_alerts.cover import Cover
from spanwise_alerts.errors import AskError, RecordError
from spanwise_alerts.loop import Loop
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rule import Rule
from spanwise_alerts.rules.kinds import rule_of
from spanwise_alerts.study import Study
from tests.alerts.answers import an_answer
from tests.alerts.builders import a_rule

SLOW = an_answer({"a": 9.0})


class Numbers:
    """A source in memory, which can be held up, and fail."""

    def __init__(self, answer: Callable[[Question], Answer | AskError] = lambda _: SLOW) -> None:
        self.answer = answer
        self.held: asyncio.Event | None = None
        self.fault = ""
        self.asked: list[list[Question]] = []

    async def ask(self, questions: Sequence[Question], _: float) -> Sequence[Answer | AskError]:
        self.asked.append(list(questions))
        if self.held is not None:
            await self.held.wait()
        if self.fault:
            raise AskError(self.fault)
        return [self.answer(question) for question in questions]

    def link(self, question: Question) -> str:
        return f"http://numbers/{question.measure}"

    async def close(self) -> None:
        pass


class Desk:
    """Keeps what the loop hands over, as store and dispatcher do; can refuse."""

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}
        self.at_s: dict[str, float] = {}
        self.taken: list[Change] = []
        self.fault = ""
        self.released: list[float] = []
        self.covered: list[dict[str, Cover]] = []
        self.known: dict[str, list[bytes]] = {}

    async def record(self, changes: Sequence[Change]) -> None:
        await self.take(changes, 0.0)

    async def release(self, now_s: float) -> None:
        if self.fault:
            raise RecordError(self.fault)
        self.released.append(now_s)

    async def take(self, changes: Sequence[Change], _: float) -> None:
        if self.fault:
            raise RecordError(self.fault)
        self.taken += changes
        for change in changes:
            if change.held is None:
                self.held.pop(change.fingerprint, None)
            else:
                self.held[change.fingerprint] = change.held

    async def alerts(self) -> list[Held]:
        return list(self.held.values())

    async def watched(self) -> dict[str, float]:
        return self.at_s

    async def detectors(self, rule: str) -> list[bytes]:
        return self.known.get(rule, [])

    async def keep_detectors(self, rule: str, states: Sequence[bytes], _: bytes | None, __: float) -> None:
        self.known[rule] = list(states)

    async def drop_detectors(self, kept: Collection[str]) -> None:
        self.known = {rule: self.known[rule] for rule in self.known.keys() & set(kept)}

    async def bands(self, _: str, __: float) -> list[bytes]:
        return []

    async def watch(self, watched: Mapping[str, float]) -> None:
        self.at_s = dict(watched)

    def cover(self, covers: Mapping[str, Cover], _: float) -> None:
        self.covered.append(dict(covers))

    def kinds(self) -> list[str]:
        return [change.notice.kind for change in self.taken if change.notice]


def a_loop(rules: Sequence[Rule], desk: Desk, **sources: Numbers) -> Loop:
    every = {"collector": Numbers(), **sources}
    return Loop(rules, every, desk, desk, Study(desk, lambda name: of_source(every[name])))


async def test_all_rules_of_a_source_are_asked_at_once_and_each_question_once():
    source, desk = Numbers(), Desk()
    rules = [a_rule(name="one"), a_rule(name="two"), a_rule(name="three", stat="p50")]
    await a_loop(rules, desk, collector=source).tick(1.0, 5.0)
    assert [[question.stat for question in asked] for asked in source.asked] == [["p95", "p50"]]
    assert desk.kinds() == ["fired"] * 3
    assert desk.taken[0].notice is not None
    assert desk.taken[0].notice.generator_url == "http://numbers/llm.duration"


async def test_a_slow_source_delays_no_other_and_is_not_asked_twice():
    slow, fast, desk = Numbers(), Numbers(), Desk()
    slow.held = asyncio.Event()
    loop = a_loop([a_rule(name="slow"), a_rule(name="fast", source="other")], desk, collector=slow, other=fast)
    await loop.tick(1.0, 0.2)
    await loop.tick(2.0, 0.2)
    assert [change.notice.rule for change in desk.taken if change.notice] == ["fast"]
    assert (len(slow.asked), len(fast.asked)) == (1, 2)
    slow.held.set()
    await loop.tick(3.0, 5.0)
    assert len(desk.taken) == 2
    await loop.close()


async def test_a_change_that_is_not_recorded_did_not_happen_and_is_tried_again():
    desk = Desk()
    loop = a_loop([a_rule()], desk)
    desk.fault = "disk is full"
    await loop.tick(1.0, 5.0)
    assert loop.memory.health["llm-latency"].fault == "disk is full"
    assert list(loop.memory.all()) == []
    desk.fault = ""
    await loop.tick(2.0, 5.0)
    assert desk.kinds() == ["fired"]


async def test_what_does_not_change_is_not_handed_over_again():
    desk = Desk()
    loop = a_loop([a_rule()], desk)
    for now_s in (1.0, 2.0, 3.0):
        await loop.tick(now_s, 5.0)
    assert len(desk.taken) == 1
    assert [held.alert.updated_at_s for held in loop.memory.all()] == [3.0]


@pytest.mark.parametrize("rules", [[], [a_rule(labels={"team": "ai"})]], ids=["removed", "with another identity"])
@pytest.mark.parametrize("how", ["restart", "reload"])
async def test_an_alert_whose_rule_is_gone_is_resolved_in_its_last_words(rules: list[Rule], how: str):
    desk = Desk()
    loop = a_loop([a_rule()], desk)
    await loop.tick(1.0, 5.0)
    if how == "reload":
        await loop.reload(rules, 2.0, desk.record)
    else:
        loop = a_loop(rules, desk)
        await loop.start(2.0)
        await loop.start(3.0)
    assert desk.kinds() == ["fired", "resolved"]
    assert desk.taken[-1].notice is not None
    assert desk.taken[-1].notice.value_text == "no longer watched"
    assert desk.held == {}
    assert list(loop.memory.all()) == []


async def test_a_reload_keeps_what_is_unchanged_and_watches_what_is_new():
    desk = Desk()
    loop = a_loop([a_rule(), a_rule(name="gone")], desk)
    await loop.tick(1.0, 5.0)
    await loop.reload([a_rule(tiers={"warning": {"above": "20s"}}), a_rule(name="new")], 2.0, desk.record)
    assert loop.memory.health["llm-latency"].answered_at_s == 1.0
    await loop.tick(3.0, 5.0)
    told = [(change.notice.rule, change.notice.kind) for change in desk.taken if change.notice]
    assert sorted(told) == [
        ("gone", "fired"), ("gone", "resolved"), ("llm-latency", "fired"), ("llm-latency", "resolved"),
        ("new", "fired"),
    ]  # fmt: skip


async def test_a_reload_that_cannot_be_recorded_changes_nothing():
    desk = Desk()
    loop = a_loop([a_rule()], desk)
    await loop.tick(1.0, 5.0)
    desk.fault = "disk is full"
    with pytest.raises(RecordError):
        await loop.reload([], 2.0, desk.record)
    desk.fault = ""
    await loop.tick(3.0, 5.0)
    assert (desk.kinds(), len(list(loop.memory.all()))) == (["fired"], 1)


async def test_a_source_that_fails_keeps_alerts_as_they_are_and_is_told_by_its_own_rule():
    source, desk = Numbers(), Desk()
    silent = rule_of({"name": "silent", "kind": "unanswered"})
    loop = a_loop([a_rule(), silent], desk, collector=source)
    await loop.tick(1.0, 5.0)
    source.fault = "down"
    for now_s in range(2, 64, 5):
        await loop.tick(float(now_s), 5.0)
    told = [(change.notice.rule, change.notice.kind) for change in desk.taken if change.notice]
    assert told == [("llm-latency", "fired"), ("silent", "fired")]
    source.fault = ""
    await loop.tick(64.0, 5.0)
    await loop.tick(65.0, 5.0)
    assert desk.kinds() == ["fired", "fired", "resolved"]


async def test_a_question_that_is_refused_fails_its_own_rule_only():
    def answer(question: Question) -> Answer | AskError:
        return AskError("no such number") if question.stat == "p50" else SLOW

    desk = Desk()
    loop = a_loop([a_rule(name="bad", stat="p50"), a_rule(name="good")], desk, collector=Numbers(answer))
    await loop.tick(1.0, 5.0)
    assert {name: health.fault for name, health in loop.memory.health.items()} == {"bad": "no such number", "good": ""}
    assert desk.kinds() == ["fired"]


async def test_what_changes_slowly_is_asked_for_less_often():
    source, desk = Numbers(), Desk()
    budget: dict[str, Any] = {"name": "b", "kind": "budget", "measure": "llm.cost", "limit": "$200"}
    change = {"name": "c", "kind": "change", "measure": "llm.calls", "stat": "count", "against": "1d"}
    rules = [rule_of(budget), rule_of({**change, "tiers": {"warning": {"above": "50%"}}})]
    loop = a_loop(rules, desk, collector=source)
    for tenth in range(100):
        await loop.tick(1e9 + tenth / 10, 5.0)
    asked = [question for questions in source.asked for question in questions]
    assert len([question for question in asked if question.since_s]) == 4
    assert len([question for question in asked if question.ago_s]) == 1
    assert len([question for question in asked if not question.ago_s and not question.since_s]) == 100


async def test_a_rule_that_asks_nothing_is_evaluated_without_a_source():
    desk = Desk()
    loop = a_loop([rule_of({"name": "beat", "kind": "dead_man"})], desk)
    await loop.tick(1.0, 5.0)
    assert desk.kinds() == ["fired"]


async def test_nothing_is_let_go_before_every_source_was_looked_at_once_whatever_ended_at_the_start():
    slow, desk = Numbers(), Desk()
    before = a_loop([a_rule(name="gone")], desk)
    await before.tick(1.0, 5.0)
    desk.released.clear()
    slow.held = asyncio.Event()
    rules = [a_rule(name="slow"), a_rule(name="fast", source="other")]
    loop = a_loop(rules, desk, collector=slow, other=Numbers())
    await loop.start(2.0)
    assert desk.kinds() == ["fired", "resolved"]
    await loop.tick(3.0, 0.2)
    assert desk.kinds() == ["fired", "resolved", "fired"]
    assert desk.released == []
    slow.held.set()
    await loop.tick(4.0, 5.0)
    await loop.tick(5.0, 5.0)
    assert desk.released == [4.0]


async def test_an_alert_is_said_in_the_numbers_of_the_last_evaluation_until_its_tier_changes():
    values, desk = [9.0], Desk()
    loop = a_loop([a_rule()], desk, collector=Numbers(lambda _: an_answer({"a": values[-1]})))
    await loop.tick(1.0, 5.0)
    told = desk.taken[0].notice
    assert told is not None
    values.append(11.0)
    await loop.tick(2.0, 5.0)
    newest = loop.memory.newest(told)
    assert (told.value_text, newest.value_text, newest.value, newest.kind) == ("9 s", "11 s", 11.0, "fired")
    assert (newest.starts_at_s, newest.fingerprint) == (told.starts_at_s, told.fingerprint)
    values.append(16.0)
    await loop.tick(3.0, 5.0)
    assert loop.memory.newest(told) is told
    values.append(1.0)
    await loop.tick(4.0, 5.0)
    assert loop.memory.seen == {}


@pytest.mark.parametrize(
    ("back_s", "spent", "kinds"),
    [
        (3600.0, 120.0, ["fired"]),
        (86400.0, 1.0, ["fired", "resolved"]),
        (86400.0, 120.0, ["fired", "resolved", "fired"]),
    ],
    ids=["the same period", "another one", "another one that is as far"],
)
async def test_a_budget_is_told_once_a_period_also_over_a_restart(back_s: float, spent: float, kinds: list[str]):
    noon_s, spend, desk = 1_773_230_400.0, [120.0], Desk()
    rule = rule_of({"name": "b", "kind": "budget", "measure": "llm.cost", "limit": "$200", "by": ["model"]})
    source = Numbers(lambda _: an_answer({"a": spend[-1]}))
    before = a_loop([rule], desk, collector=source)
    for second in range(0, 3600, 300):
        await before.tick(noon_s + second, 5.0)
    spend.append(spent)
    after = a_loop([rule], desk, collector=source)
    await after.start(noon_s + back_s)
    for second in range(0, 3600, 300):
        await after.tick(noon_s + back_s + second, 5.0)
    assert desk.kinds() == kinds


async def test_each_mark_of_a_budget_is_told_once():
    noon_s, spend, desk = 1_773_230_400.0, [0.0], Desk()
    rule = rule_of({"name": "b", "kind": "budget", "measure": "llm.cost", "limit": "$200"})
    loop = a_loop([rule], desk, collector=Numbers(lambda _: an_answer({"": spend[-1]})))
    for place, spent in enumerate([101.0, 120.0, 161.0, 191.0, 198.0, 201.0, 240.0]):
        spend.append(spent)
        await loop.tick(noon_s + 60.0 * place, 5.0)
    told = [change.notice for change in desk.taken if change.notice]
    assert [(notice.tier, notice.threshold_text, notice.kind) for notice in told] == [
        ("info", "50 %", "fired"), ("warning", "80 %", "upgraded"), ("critical", "95 %", "upgraded"),
        ("critical", "100 %", "upgraded"),
    ]  # fmt: skip


async def test_what_a_quiet_budget_has_spent_is_kept_to_be_shown():
    rule = rule_of({"name": "b", "kind": "budget", "measure": "llm.cost", "limit": "$200", "by": ["model"]})
    answer = an_answer({"a": 1.0})
    loop = a_loop([rule, a_rule()], Desk(), collector=Numbers(lambda _: answer))
    await loop.tick(1_773_230_400.0, 5.0)
    assert {name: answers[0] for name, (_, answers) in loop.memory.objectives.items()} == {"b": answer}

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from spanwise_alerts.ask.history import Piece
from spanwise_alerts.detect.joint.model import LEAST_ROWS
from spanwise_alerts.errors import AskError
from spanwise_alerts.followed import LATE_S
from spanwise_alerts.question import Answer, Question
from spanwise_alerts.rules.joint import Joint
from spanwise_alerts.study_agents import Agents
from tests.alerts.detect.joint.fleet import STEP_S, Fleet, answer, labels_of

FLEET = Fleet("a", "b")
NOW_S = 1000 * STEP_S + LATE_S


def a_rule(**more: object) -> Joint:
    return Joint.model_validate({"name": "j", "kind": "joint", "history": "1d", **more})


class Source:
    """A source in memory that answers from a fleet, and can fail."""

    def __init__(self) -> None:
        self.fault = ""
        self.asked: list[float] = []

    async def ask(self, questions: Sequence[Question], at_s: float) -> Sequence[Answer | AskError]:
        self.asked.append(at_s)
        if self.fault:
            return [AskError(self.fault)] * len(questions)
        return [answer(question, FLEET.stretch(at_s)) for question in questions]

    def link(self, question: Question) -> str:
        return question.measure

    async def close(self) -> None:
        pass


class Past:
    """The past of a fleet; how often it was read, and whether it can be."""

    def __init__(self) -> None:
        self.fault = ""
        self.read = 0

    def __call__(self, _: str) -> Past:
        return self

    async def pieces(self, question: Question, after_s: float, until_s: float) -> AsyncIterator[Piece]:
        self.read += 1
        if self.fault:
            raise AskError(self.fault)
        moments = [after_s + n * STEP_S for n in range(1, round((until_s - after_s) / STEP_S) + 1)]
        for begin in range(0, len(moments), 100):
            yield [(at_s, answer(question, FLEET.stretch(at_s))) for at_s in moments[begin : begin + 100]]


async def until_known(agents: Agents, rule: Joint, source: Source, now_s: float = NOW_S) -> None:
    async with asyncio.timeout(30):
        while agents.state(rule.name) is None:
            assert await agents.follow([rule], source, now_s) == {}
            await asyncio.sleep(0.01)


async def test_the_past_is_read_and_learned_from_beside_before_anything_is_judged():
    past, rule, source = Past(), a_rule(), Source()
    agents = Agents(lambda _: past.pieces)
    agents.watch([rule])
    assert await agents.follow([rule], source, NOW_S) == {}
    assert agents.state("j") is None
    await until_known(agents, rule, source)
    state = agents.state("j")
    assert state is not None
    assert state.model is not None
    assert (state.at_s, list(state.model.agents)) == (1000 * STEP_S, [labels_of("a"), labels_of("b")])
    assert len(state.rows()[labels_of("a")]) == 288
    assert source.asked == []


async def test_a_stretch_is_asked_for_once_it_has_closed_and_scored():
    past, rule, source = Past(), a_rule(), Source()
    agents = Agents(lambda _: past.pieces)
    agents.watch([rule])
    await until_known(agents, rule, source)
    for second in range(0, 700, 50):
        assert await agents.follow([rule], source, NOW_S + second) == {}
    assert source.asked == [1001 * STEP_S, 1002 * STEP_S]
    state = agents.state("j")
    assert state is not None
    assert state.of(labels_of("a")) is not None


async def test_what_cannot_be_asked_is_said_and_asked_again():
    past, rule, source = Past(), a_rule(), Source()
    agents = Agents(lambda _: past.pieces)
    agents.watch([rule])
    await until_known(agents, rule, source)
    source.fault = "too busy"
    faults = await agents.follow([rule], source, NOW_S + STEP_S)
    assert str(faults["j"]) == "too busy"
    source.fault = ""
    assert await agents.follow([rule], source, NOW_S + STEP_S + 1) == {}


async def test_a_past_that_cannot_be_read_is_said_and_read_again_after_a_while():
    past, rule, source = Past(), a_rule(), Source()
    past.fault = "no such folder"
    agents = Agents(lambda _: past.pieces)
    agents.watch([rule])
    await agents.follow([rule], source, NOW_S)
    await asyncio.sleep(0.05)
    faults = await agents.follow([rule], source, NOW_S + 1)
    assert str(faults["j"]) == "its past cannot be read: no such folder"
    read, past.fault = past.read, ""
    assert "j" in await agents.follow([rule], source, NOW_S + 2)
    assert past.read == read
    await until_known(agents, rule, source, NOW_S + 60)


async def test_another_threshold_keeps_what_is_known_and_another_shape_does_not():
    past, rule, source = Past(), a_rule(), Source()
    agents = Agents(lambda _: past.pieces)
    agents.watch([rule, object()])
    await until_known(agents, rule, source)
    known = agents.state("j")
    agents.watch([a_rule(false_alarms="1/month")])
    assert agents.state("j") is known
    agents.watch([a_rule(by=["agent"])])
    assert agents.state("j") is None
    agents.watch([])
    assert not agents.follows("j")
    await agents.close()


async def test_an_agent_that_becomes_known_is_learned_beside():
    past, rule, source = Past(), a_rule(), Source()

    async def nothing(*_: object) -> AsyncIterator[Piece]:
        for piece in ():
            yield piece

    agents = Agents(lambda _: nothing)
    agents.watch([rule])
    await until_known(agents, rule, source)
    state = agents.state("j")
    assert state is not None
    for n in range(LEAST_ROWS + 1):
        await agents.follow([rule], source, NOW_S + (n + 1) * STEP_S)
    async with asyncio.timeout(30):
        while state.model is None:
            await asyncio.sleep(0.01)
            await agents.follow([rule], source, NOW_S + (LEAST_ROWS + 1) * STEP_S)
    await agents.close()
    assert past.read == 0


@pytest.mark.parametrize("when", ["reading", "idle"])
async def test_it_ends_at_once(when: str):
    past, rule, source = Past(), a_rule(), Source()
    agents = Agents(lambda _: past.pieces)
    agents.watch([rule])
    if when == "reading":
        await agents.follow([rule], source, NOW_S)
    await agents.close()

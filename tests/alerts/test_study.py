from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence

import numpy as np
import pytest

from spanwise_alerts.errors import AskError, RecordError
from spanwise_alerts.followed import LATE_S
from spanwise_alerts.question import Answer, Question, Table
from spanwise_alerts.rules.anomaly import Anomaly
from spanwise_alerts.rules.kinds import rule_of
from spanwise_alerts.study import Study
from tests.alerts.answers import of

BEGIN_S = 1_780_272_000.0
TABLE = Table([of("a"), of("b")])


def a_rule(**changes) -> Anomaly:
    raw = {"name": "odd", "kind": "anomaly", "measure": "llm.duration", "stat": "p95", "by": ["model"], **changes}
    rule = rule_of({"history": "1h", **raw})
    assert isinstance(rule, Anomaly)
    return rule


class World:
    """Numbers that were and are, and a shelf that outlives a restart."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.read: list[tuple[float, float]] = []
        self.kept: dict[str, list[bytes]] = {}
        self.drawn: dict[str, list[bytes]] = {}
        self.fault = ""
        self.refuses = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.has_kept = asyncio.Event()

    def at(self, at_s: float) -> Answer:
        dice = np.random.default_rng(int(at_s))
        values = 2.0 * np.exp(dice.normal(0.0, 0.1, 2))
        return Answer(TABLE, [float(value) for value in values], [50, 50])

    async def ask(self, questions: Sequence[Question], at_s: float) -> list[Answer | AskError]:
        self.asked.append(at_s)
        if self.fault:
            raise AskError(self.fault)
        return [self.at(at_s) for _ in questions]

    def link(self, question: Question) -> str:
        return question.measure

    async def close(self) -> None:
        pass

    async def history(self, _: Question, after_s: float, until_s: float) -> AsyncIterator[list]:
        await self.gate.wait()
        if self.fault:
            raise AskError(self.fault)
        self.read.append((after_s, until_s))
        for n in range(1, round((until_s - after_s) / 60.0) + 1):
            yield [(after_s + 60.0 * n, self.at(after_s + 60.0 * n))]

    async def detectors(self, rule: str) -> list[bytes]:
        return self.kept.get(rule, [])

    async def keep_detectors(self, rule: str, states: Sequence[bytes], bands: bytes | None, _: float) -> None:
        if self.refuses:
            raise RecordError("full")
        self.kept[rule] = list(states)
        self.has_kept.set()
        self.drawn.setdefault(rule, []).extend([bands] if bands else [])

    async def drop_detectors(self, kept: Collection[str]) -> None:
        self.kept = {rule: self.kept[rule] for rule in self.kept.keys() & set(kept)}

    async def bands(self, rule: str, _: float) -> list[bytes]:
        return self.drawn.get(rule, [])


def a_study(world: World, *rules: Anomaly) -> Study:
    study = Study(world, lambda _: world.history)
    study.watch(rules or [a_rule()])
    return study


async def settled(study: Study, world: World, now_s: float, *rules: Anomaly) -> None:
    """Follow until what is read beside is there."""
    async with asyncio.timeout(10):
        while True:
            assert await study.follow(list(rules) or [a_rule()], world, now_s) == {}
            if all(study.state(rule.name) for rule in rules or [a_rule()]):
                return
            await asyncio.sleep(0.001)


async def test_at_first_a_rule_learns_from_the_past_beside():
    world = World()
    world.gate.clear()
    study = a_study(world)
    assert await study.follow([a_rule()], world, BEGIN_S + LATE_S) == {}
    assert study.state("odd") is None
    world.gate.set()
    await settled(study, world, BEGIN_S + LATE_S)
    assert world.read == [(BEGIN_S - 3600.0, BEGIN_S)]
    state = study.state("odd")
    assert state is not None
    assert (state.at_s, state.names) == (BEGIN_S, [of("a"), of("b")])


async def test_then_each_point_is_asked_for_once_it_is_closed():
    world = World()
    study = a_study(world)
    await settled(study, world, BEGIN_S + LATE_S)
    for second in range(180):
        await study.follow([a_rule()], world, BEGIN_S + LATE_S + second)
    assert world.asked == [BEGIN_S + 60.0, BEGIN_S + 120.0]
    await study.close()


async def test_points_that_were_missed_are_asked_for_in_order_and_many_are_read_from_the_past():
    world = World()
    study = a_study(world)
    await settled(study, world, BEGIN_S + LATE_S)
    await study.follow([a_rule()], world, BEGIN_S + 180.0 + LATE_S)
    assert world.asked == [BEGIN_S + 60.0, BEGIN_S + 120.0, BEGIN_S + 180.0]
    await study.follow([a_rule()], world, BEGIN_S + 1800.0 + LATE_S)
    assert study.state("odd") is None
    await settled(study, world, BEGIN_S + 1800.0 + LATE_S)
    assert world.read[-1] == (BEGIN_S + 180.0, BEGIN_S + 1800.0)
    await study.close()


async def test_after_a_kill_it_goes_on_where_it_was_kept_as_if_nothing_had_been():
    world = World()
    study = a_study(world)
    await settled(study, world, BEGIN_S + LATE_S)
    study.keep(BEGIN_S)
    async with asyncio.timeout(10):
        await world.has_kept.wait()
    for point in range(1, 4):
        await study.follow([a_rule()], world, BEGIN_S + 60.0 * point + LATE_S)
    # killed: nothing is said to the study, another one begins
    again = a_study(world)
    later_s = BEGIN_S + 600.0 + LATE_S
    await settled(again, world, later_s)
    assert world.read[-1] == (BEGIN_S, BEGIN_S + 600.0)
    await settled(study, world, later_s)
    first, second = study.state("odd"), again.state("odd")
    assert first is not None
    assert second is not None
    for name, columns in first.panel.parts.items():
        other = second.panel.parts[name]
        assert columns.pack(0, 2) == other.pack(0, 2), name


async def test_a_source_that_does_not_answer_is_a_fault_of_the_rule_and_asked_again():
    world = World()
    study = a_study(world)
    await settled(study, world, BEGIN_S + LATE_S)
    world.fault = "down"
    faults = await study.follow([a_rule()], world, BEGIN_S + 60.0 + LATE_S)
    assert str(faults["odd"]) == "down"
    world.fault = ""
    assert await study.follow([a_rule()], world, BEGIN_S + 61.0 + LATE_S) == {}
    state = study.state("odd")
    assert state is not None
    assert state.at_s == BEGIN_S + 60.0


async def test_a_past_that_cannot_be_read_is_tried_again_some_time_later():
    world = World()
    world.fault = "down"
    study = a_study(world)
    seen: dict[str, object] = {}
    async with asyncio.timeout(10):
        while not seen:
            seen = dict(await study.follow([a_rule()], world, BEGIN_S + LATE_S))
            await asyncio.sleep(0.001)
    assert str(seen["odd"]) == "its past cannot be read: down"
    world.fault = ""
    assert "odd" in await study.follow([a_rule()], world, BEGIN_S + LATE_S + 29.0)
    await settled(study, world, BEGIN_S + LATE_S + 31.0)


async def test_a_rule_that_looks_at_other_numbers_learns_anew_and_others_go_on():
    world = World()
    study = a_study(world)
    await settled(study, world, BEGIN_S + LATE_S)
    before = study.state("odd")
    rarer = a_rule(false_alarms="1/month")
    study.watch([rarer])
    assert study.state("odd") is before
    assert before is not None
    assert before.panel.wanted.rarities == rarer.rarities
    study.watch([a_rule(stat="p50")])
    assert study.state("odd") is None


async def test_what_was_kept_of_other_numbers_is_not_used():
    world = World()
    study = a_study(world)
    await settled(study, world, BEGIN_S + LATE_S)
    await study.close()
    other = a_rule(stat="p50")
    again = a_study(world, other)
    await settled(again, world, BEGIN_S + LATE_S, other)
    assert world.read == [(BEGIN_S - 3600.0, BEGIN_S)] * 2


async def test_rules_that_are_gone_are_forgotten():
    world = World()
    world.kept = {"odd": [b""], "gone": [b""]}
    await a_study(world).prune()
    assert list(world.kept) == ["odd"]


async def test_the_expected_band_is_there_for_what_was_kept_and_for_what_was_not_yet():
    world = World()
    study = a_study(world)
    await settled(study, world, BEGIN_S + LATE_S)
    for point in range(1, 5):
        await study.follow([a_rule()], world, BEGIN_S + 60.0 * point + LATE_S)
        if point == 2:
            await study.close()
    found = await study.expected("odd", BEGIN_S + 60.0, BEGIN_S + 180.0)
    assert [each.at_s for each in found] == [BEGIN_S + 60.0, BEGIN_S + 120.0, BEGIN_S + 180.0]
    (band, _) = found[0].bands()
    assert band.series == of("a")
    assert band.lower < band.expected < band.upper
    with pytest.raises(KeyError):
        await study.expected("other", 0.0, 1.0)


async def test_bands_that_the_database_refused_are_kept_the_next_time():
    world = World()
    study = a_study(world)
    await settled(study, world, BEGIN_S + LATE_S)
    world.refuses = True
    await study.follow([a_rule()], world, BEGIN_S + 60.0 + LATE_S)
    await study.close()
    assert not world.drawn.get("odd")
    world.refuses = False
    await study.close()
    assert len(world.drawn["odd"]) == 1


async def test_what_people_say_moves_the_thresholds_of_that_series_and_is_kept_at_once():
    world = World()
    study = a_study(world)
    await settled(study, world, BEGIN_S + LATE_S)
    factor = await study.teach("odd", {"alertname": "odd", "model": "a"}, 0.2)
    assert factor == pytest.approx(1.2214, abs=1e-3)
    again = a_study(world)
    await settled(again, world, BEGIN_S + LATE_S)
    state = again.state("odd")
    assert state is not None
    assert state.panel.columns["feedback"][:2].tolist() == [0.2, 0.0]
    for _ in range(20):
        factor = await study.teach("odd", {"model": "a"}, 0.2)
    assert factor < 2.1
    with pytest.raises(KeyError):
        await study.teach("odd", {"model": "unknown"}, 0.2)

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.events import DeliveryAttempted, Event
from spanwise_alerts.evidence import Evidence
from spanwise_alerts.notify.courier import Courier
from spanwise_alerts.plan import Plan
from spanwise_alerts.record.store import Store
from tests.alerts.builders import a_letter
from tests.support.clock import Clock


class Script:
    """A channel whose attempts end as written; a fault is raised."""

    name = "team/webhook"

    def __init__(self, *outcomes: Outcome | Exception) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[str] = []
        self.begun = asyncio.Event()
        self.holding: asyncio.Event | None = None

    async def send(self, letter: Letter) -> Outcome:
        self.sent.append(letter.message.summary)
        self.begun.set()
        if self.holding:
            await self.holding.wait()
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome("delivered")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def close(self) -> None:
        """Nothing to give back."""


async def post(store: Store, *letters: Letter) -> None:
    for letter in letters:
        await store.commit(Plan(1000.0, letters=[letter]))


def courier(channel: Script, store: Store, clock: Clock, events: list[Event]) -> Courier:
    return Courier(channel, store, clock, lambda: 1.0, events.append)


async def test_waits_double_up_to_a_minute_and_end_when_it_arrives(tmp_path: Path):
    clock, events, channel = Clock(1000.0), list[Event](), Script(*[Outcome("retry", "no")] * 9)
    async with Store(tmp_path / "db") as store:
        await post(store, a_letter())
        waits = []
        while await courier(channel, store, clock, events).deliver_due():
            due_s = await store.next_due_s("team/webhook")
            if due_s is not None:
                waits.append(due_s - clock.now_s)
                clock.now_s = due_s
    assert waits == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    attempts = [event.attempts for event in events if isinstance(event, DeliveryAttempted)]
    assert attempts == list(range(1, 11))


async def test_what_the_receiver_asks_for_is_waited(tmp_path: Path):
    clock = Clock(1000.0)
    async with Store(tmp_path / "db") as store:
        await post(store, a_letter())
        await courier(Script(Outcome("retry", "slow down", 600.0)), store, clock, []).deliver_due()
        assert await store.next_due_s("team/webhook") == 1600.0


async def test_letters_of_one_group_keep_their_order_and_others_go_on(tmp_path: Path):
    clock, channel = Clock(1000.0), Script(Outcome("retry", "no"))
    async with Store(tmp_path / "db") as store:
        await post(
            store, a_letter(summary="1"), a_letter(step=2, summary="2"),
            a_letter(group_key="bb", thread="bb", summary="other"),
        )  # fmt: skip
        runner = courier(channel, store, clock, [])
        await runner.deliver_due()
        await runner.deliver_due()
        assert channel.sent == ["1", "other"]
        clock.advance(1.0)
        await runner.deliver_due()
        await runner.deliver_due()
    assert channel.sent == ["1", "other", "1", "2"]


async def test_a_dead_letter_is_kept_and_does_not_block_the_next(tmp_path: Path):
    channel = Script(Outcome("dead", "answered 404"))
    async with Store(tmp_path / "db") as store:
        await post(store, a_letter(summary="1"), a_letter(step=2, summary="2"))
        runner = courier(channel, store, Clock(1000.0), [])
        await runner.deliver_due()
        await runner.deliver_due()
        assert await store.counts() == {("team/webhook", "dead"): 1, ("team/webhook", "delivered"): 1}


async def test_a_fault_of_the_channel_loses_nothing_and_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    async with Store(tmp_path / "db") as store:
        await post(store, a_letter())
        await courier(Script(KeyError("x")), store, Clock(1000.0), []).deliver_due()
        assert await store.counts() == {("team/webhook", "pending"): 1}
    assert "a letter could not be sent" in caplog.text


async def test_it_delivers_when_woken_and_rests_after_the_letter_under_way(tmp_path: Path):
    channel = Script()
    channel.holding = asyncio.Event()
    async with Store(tmp_path / "db") as store:
        runner = courier(channel, store, Clock(1000.0), [])
        running = asyncio.create_task(runner.run())
        await post(store, a_letter(summary="1"), a_letter(step=2, summary="2"))
        runner.wake()
        await channel.begun.wait()
        runner.rest()
        channel.holding.set()
        await running
        assert channel.sent == ["1"]
        assert await store.counts() == {("team/webhook", "delivered"): 1, ("team/webhook", "pending"): 1}


async def test_what_is_found_on_the_way_out_reaches_the_channel_and_is_not_recorded(tmp_path: Path):
    found = Evidence(missing="the collector did not answer")
    sent = list[Letter]()

    class Keeping(Script):
        """A channel that keeps what it is handed."""

        async def send(self, letter: Letter) -> Outcome:
            sent.append(letter)
            return await super().send(letter)

    async def dress(letter: Letter) -> Letter:
        return replace(letter, evidence={notice.fingerprint: found for notice in letter.message.notices})

    clock, channel = Clock(1000.0), Keeping(Outcome("retry", "no"))
    async with Store(tmp_path / "db") as store:
        await post(store, a_letter())
        await Courier(channel, store, clock, lambda: 1.0, lambda _: None, dress).deliver_due()
        waiting = await store.due("team/webhook", clock.advance(60.0), 10)
    assert [set(letter.evidence.values()) for letter in sent] == [{found}]
    assert [dict(letter.evidence) for letter in waiting] == [{}]

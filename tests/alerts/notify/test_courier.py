from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.errors import RecordError
from spanwise_alerts.events import DeliveryAttempted, Event
from spanwise_alerts.evidence import Evidence
from spanwise_alerts.notify.courier import Courier
from spanwise_alerts.outbox import Attempt
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


async def test_many_letters_go_at_once_and_a_slow_one_holds_up_no_others(tmp_path: Path):
    release = asyncio.Event()

    class Slow(Script):
        """A channel that holds its first letter."""

        async def send(self, letter: Letter) -> Outcome:
            first = not self.sent
            outcome = await super().send(letter)
            if first:
                await release.wait()
            return outcome

    channel, events = Slow(), list[Event]()
    async with Store(tmp_path / "db") as store:
        await store.commit(Plan(1000.0, letters=[a_letter(thread=f"{n}", group_key=f"{n}") for n in range(300)]))
        runner = courier(channel, store, Clock(1000.0), events)
        running = asyncio.create_task(runner.run())
        async with asyncio.timeout(60):
            while len(events) < 299:  # noqa: ASYNC110  it has no event for it
                await asyncio.sleep(0.01)
        assert len(channel.sent) == 300
        release.set()
        runner.rest()
        await running
        assert await store.counts() == {("team/webhook", "delivered"): 300}


async def test_a_receiver_that_is_gone_costs_few_tries_however_many_wait_and_gets_all_when_it_is_back(tmp_path: Path):
    clock, channel = Clock(1000.0), Script(*[Outcome("retry", "no answer")] * 100)
    async with Store(tmp_path / "db") as store:
        await store.commit(Plan(1000.0, letters=[a_letter(thread=f"{n}", group_key=f"{n}") for n in range(500)]))
        runner = courier(channel, store, clock, [])
        for _ in range(300):
            await runner.deliver_due()
            clock.advance(1.0)
        tried = len(channel.sent)
        assert tried < 64 + 16
        channel.outcomes.clear()
        clock.advance(60.0)
        while await runner.deliver_due():
            pass
        assert await store.counts() == {("team/webhook", "delivered"): 500}


async def test_a_letter_that_the_receiver_cannot_take_yet_holds_up_no_others(tmp_path: Path):
    class Picky(Script):
        """A channel that never takes some letters."""

        async def send(self, letter: Letter) -> Outcome:
            await super().send(letter)
            bad = letter.message.group_key.startswith("bad")
            return Outcome("retry", "answered 500") if bad else Outcome("delivered")

    clock = Clock(1000.0)
    async with Store(tmp_path / "db") as store:
        groups = [f"bad-{n}" for n in range(20)] + [f"{n}" for n in range(20)]
        await store.commit(Plan(1000.0, letters=[a_letter(thread=key, group_key=key) for key in groups]))
        runner = courier(Picky(), store, clock, [])
        for _ in range(60):
            await runner.deliver_due()
            clock.advance(1.0)
        assert await store.counts() == {("team/webhook", "delivered"): 20, ("team/webhook", "pending"): 20}


async def test_what_was_sent_is_recorded_as_soon_as_the_database_takes_it_and_not_sent_again(tmp_path: Path):
    class Refusing(Store):
        """A database that refuses once."""

        refusals = 1

        async def settle(self, attempts: Sequence[Attempt]) -> None:
            if self.refusals:
                self.refusals -= 1
                raise RecordError("disk is full")
            await super().settle(attempts)

    channel = Script()
    async with Refusing(tmp_path / "db") as store:
        await post(store, a_letter())
        await courier(channel, store, Clock(1000.0), []).deliver_due()
        assert await store.counts() == {("team/webhook", "delivered"): 1}
    assert len(channel.sent) == 1


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

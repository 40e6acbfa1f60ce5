from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spanwise_alerts.errors import RecordError
from spanwise_alerts.events import Event
from spanwise_alerts.notify.deliveries import Deliveries, channels_of
from spanwise_alerts.plan import Plan
from spanwise_alerts.receivers.receiver import Receiver
from spanwise_alerts.record.store import Store
from tests.alerts.builders import a_letter
from tests.support.clock import Clock
from tests.support.webhook import WebhookSink


def receiver(url: str, **more: Any) -> Receiver:
    return Receiver.model_validate({"name": "team", "webhook": {"allow_private": True, "url": url}, **more})


def test_each_address_is_a_channel_of_its_own():
    email = {"to": ["a@example.com", "b@example.com"], "from": "s@example.com", "host": "h", "send_resolved": False}
    team = receiver("http://127.0.0.1:1/", email=email)
    names = [channel.name for channel in channels_of([team], Clock())]
    assert names == list(team.channels) == ["team/webhook", "team/email/a@example.com", "team/email/b@example.com"]
    assert list(team.channels.values()) == [True, False, False]


async def test_new_receivers_take_over_what_waits_and_what_is_for_nobody_is_dead(tmp_path: Path):
    events, clock = list[Event](), Clock()
    with WebhookSink() as first, WebhookSink() as second:
        async with Store(tmp_path / "db") as store:
            deliveries = Deliveries(store, clock, lambda: 0.5, events.append, asyncio.create_task)
            await deliveries.open([receiver(first.url)])
            await store.commit(Plan(clock(), letters=[a_letter(), a_letter("old/webhook", thread="o")]))
            deliveries.wake()
            await asyncio.to_thread(first.wait_for, 1)
            await deliveries.open([receiver(second.url)])
            await store.commit(Plan(clock(), letters=[a_letter(step=2)]))
            deliveries.wake()
            await asyncio.to_thread(second.wait_for, 1)
            await deliveries.close()
            assert await store.counts() == {("team/webhook", "delivered"): 2, ("old/webhook", "dead"): 1}
    assert (len(first.bodies), len(second.bodies), len(events)) == (1, 1, 2)


class Refusing(Store):
    """A store that gives up no letters."""

    async def bury(self, channels: Iterable[str], now_s: float) -> int:
        del channels, now_s
        raise RecordError("disk is full")


async def test_who_is_told_is_told_also_where_letters_of_others_cannot_be_given_up(tmp_path: Path):
    clock = Clock()
    with WebhookSink() as hook:
        async with Refusing(tmp_path / "db") as store:
            deliveries = Deliveries(store, clock, lambda: 0.5, lambda _: None, asyncio.create_task)
            team = receiver("", webhook={"allow_private": True, "url": hook.url, "format": "alertmanager"})
            await deliveries.open([team], "https://alerts.example.com")
            await store.commit(Plan(clock(), letters=[a_letter()]))
            deliveries.wake()
            await asyncio.to_thread(hook.wait_for, 1)
            await deliveries.close()
    assert hook.bodies[0]["externalURL"] == "https://alerts.example.com"

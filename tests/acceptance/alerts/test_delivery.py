"""Receivers that fail in each way: nothing is lost, nothing is doubled but by its key, and nobody waits for others."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.alert import Posted
from spanwise_alerts.config import load
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.notify.courier import Courier
from spanwise_alerts.notify.deliveries import Deliveries
from spanwise_alerts.notify.webhook import WebhookChannel
from spanwise_alerts.outbox import LetterState, Sought
from spanwise_alerts.plan import Plan
from spanwise_alerts.receivers.receiver import Receiver
from spanwise_alerts.receivers.webhook import Webhook
from spanwise_alerts.record.store import Store
from tests.alerts.builders import a_letter
from tests.support.clock import Clock
from tests.support.rough import Rough, Way, drips, floods, hangs, resets, says, status
from tests.support.webhook import Reply, WebhookSink

HOOK = "team/webhook"
NOW_S = 784111770.0

MAY_PASS: dict[str, tuple[Way, str, float]] = {
    "reset": (resets, "no answer: Read", 1.0),
    "closed at once": (says(b""), "no answer: RemoteProtocolError", 1.0),
    "hangs": (hangs, "no answer: TimeoutError", 1.0),
    "head without end": (drips(b"HTTP/1.1 200 OK\r\nX-Slow: "), "no answer: TimeoutError", 1.0),
    "garbage": (says(b"\x00\xff SSH-2.0 \r\n\r\n"), "no answer: RemoteProtocolError", 1.0),
    "408": (status("408 Request Timeout"), "answered 408", 1.0),
    "425": (status("425 Too Early"), "answered 425", 1.0),
    "429": (status("429 Too Many Requests", "Retry-After: 90"), "answered 429", 90.0),
    "429 with a date": (status("429 No", "Retry-After: Sun, 06 Nov 1994 08:51:00 GMT"), "answered 429", 90.0),
    "500": (status("500 Oops", body=b"stack\r\ntrace"), "answered 500: stack trace", 1.0),
    "502": (status("502 Bad Gateway"), "answered 502", 1.0),
    "503": (status("503 Busy", "Retry-After: 120"), "answered 503", 120.0),
    "503 for days": (status("503 Busy", "Retry-After: 999999"), "answered 503", 3600.0),
}
WILL_NOT: dict[str, tuple[Way, str]] = {
    "301": (status("301 Moved", "Location: http://169.254.169.254/"), "answered 301"),
    "400": (status("400 Bad", body=b"no such field"), "answered 400: no such field"),
    "401": (status("401 Who"), "answered 401"),
    "403": (status("403 No"), "answered 403"),
    "404": (status("404 Gone"), "answered 404"),
    "410": (status("410 Gone"), "answered 410"),
    "413": (status("413 Big"), "answered 413"),
}
ARRIVED_ANYWAY: dict[str, Way] = {
    "a body without end": floods,
    "a body that does not end in time": drips(b"HTTP/1.1 202 Accepted\r\nContent-Length: 9999\r\n\r\n"),
    "a body that breaks off": says(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nhalf"),
}


@dataclass
class Post:
    """A store with one letter, and a courier to one receiver."""

    store: Store
    courier: Courier
    clock: Clock

    async def stands(self) -> LetterState:
        (state,) = await self.store.letters(Sought())
        return state


@asynccontextmanager
async def post(folder: Path, url: str) -> AsyncIterator[Post]:
    clock = Clock(NOW_S)
    way = Webhook.model_validate({"url": url, "allow_private": True, "timeout": "2s"})
    async with Store(folder / "db") as store:
        courier = Courier(WebhookChannel(HOOK, way, clock), store, clock, lambda: 1.0, lambda _: None)
        await store.commit(Plan(clock(), letters=[a_letter()]))
        try:
            yield Post(store, courier, clock)
        finally:
            await courier.close()


@pytest.mark.parametrize("how", MAY_PASS)
async def test_what_may_pass_is_tried_again_with_the_same_key_until_it_arrives(tmp_path: Path, how: str):
    way, reason, least_s = MAY_PASS[how]
    with Rough(way) as receiver:
        async with post(tmp_path, receiver.url) as made:
            await made.courier.deliver_due()
            state = await made.stands()
            assert (state.status, state.attempts) == ("pending", 1)
            assert state.reason.startswith(reason)
            assert state.due_s - NOW_S >= least_s / 2
            assert state.due_s - NOW_S == pytest.approx(least_s, abs=0.6)
            made.clock.now_s = state.due_s - 0.01
            assert await made.courier.deliver_due() == 0
            made.clock.now_s = state.due_s
            await made.courier.deliver_due()
            assert (await made.stands()).status == "delivered"
    assert receiver.keys == [a_letter().key] * 2
    assert len(set(receiver.bodies)) == 1


@pytest.mark.parametrize("how", WILL_NOT)
async def test_what_will_not_pass_is_kept_with_its_reason_and_sent_once_more_when_asked(tmp_path: Path, how: str):
    way, reason = WILL_NOT[how]
    with Rough(way) as receiver:
        async with post(tmp_path, receiver.url) as made:
            await made.courier.deliver_due()
            state = await made.stands()
            assert (state.status, state.reason) == ("dead", reason)
            made.clock.advance(1e6)
            assert await made.courier.deliver_due() == 0
            await made.store.replay(Sought(keys=(state.key,)), {HOOK}, made.clock(), "ada")
            await made.courier.deliver_due()
            assert (await made.stands()).status == "delivered"
    assert receiver.keys == [state.key] * 2


@pytest.mark.parametrize("how", ARRIVED_ANYWAY)
async def test_a_letter_that_was_taken_has_arrived_however_the_answer_goes_on(tmp_path: Path, how: str):
    with Rough(ARRIVED_ANYWAY[how]) as receiver:
        async with post(tmp_path, receiver.url) as made:
            await made.courier.deliver_due()
            assert (await made.stands()).status == "delivered"


async def test_a_receiver_that_is_not_there_gets_it_when_it_is(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with post(tmp_path, f"http://127.0.0.1:{port}/hook") as made:
        await made.courier.deliver_due()
        state = await made.stands()
        assert (state.status, state.reason) == ("pending", "no answer: connection refused")
        with Rough(port=port) as receiver:
            made.clock.now_s = state.due_s
            await made.courier.deliver_due()
        assert (await made.stands()).status == "delivered"
    assert receiver.keys == [state.key]


async def test_what_fired_and_was_over_while_the_receiver_was_down_is_told_in_order(tmp_path: Path):
    ids, clock = itertools.count(), Clock()
    with Rough(*[status("503 Busy")] * 3) as receiver:
        hook = {"url": receiver.url, "allow_private": True}
        given = {"receivers": [{"name": "team", "webhook": hook}], "default_rules": False, "start_delay": "0s"}
        config = load(given, "test.yaml", tmp_path)
        async with Store(tmp_path / "db") as store:
            dispatcher = Dispatcher(config, store, lambda _: None, lambda: f"id-{next(ids)}")
            await dispatcher.start(clock())
            courier = Courier(
                WebhookChannel(HOOK, config.receivers[0].webhook[0], clock), store, clock, lambda: 1.0, lambda _: None
            )
            await dispatcher.push([Posted({"alertname": "a"}, starts_at_s=clock())], clock())
            await courier.deliver_due()
            over = Posted({"alertname": "a"}, starts_at_s=clock() - 1.0, ends_at_s=clock() + 1.0)
            await dispatcher.push([over], clock.advance(2.0))
            for _ in range(10):
                await courier.deliver_due()
                clock.advance(10.0)
            assert await store.counts() == {(HOOK, "delivered"): 2}
            await courier.close()
    told = [json.loads(body)["status"] for body in receiver.bodies]
    assert told == ["firing"] * 4 + ["resolved"]
    assert len(set(receiver.keys)) == 2


async def test_a_receiver_that_hangs_delays_no_other(tmp_path: Path):
    release = threading.Event()

    def team(name: str, url: str) -> Receiver:
        hook: dict[str, Any] = {"url": url, "allow_private": True, "timeout": "60s"}
        return Receiver.model_validate({"name": name, "webhook": hook})

    with WebhookSink(*[Reply(hold=release)] * 500) as slow, WebhookSink() as fast:
        async with Store(tmp_path / "db") as store:
            clock = Clock()
            deliveries = Deliveries(store, clock, lambda: 0.5, lambda _: None, asyncio.create_task)
            names = [f"{n}" for n in range(200)]
            letters = [
                a_letter(f"{name}/webhook", thread=each, group_key=each) for each in names for name in ("slow", "fast")
            ]
            await store.commit(Plan(clock(), letters=letters))
            await deliveries.open([team("slow", slow.url), team("fast", fast.url)])
            await asyncio.to_thread(fast.wait_for, 200)
            async with asyncio.timeout(20):
                while (await store.counts()).get(("fast/webhook", "delivered")) != 200:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert (await store.counts())["slow/webhook", "pending"] == 200
            release.set()
            await deliveries.close()

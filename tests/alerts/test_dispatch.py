from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.alert import Change, Posted
from spanwise_alerts.config import AlertsConfig, load
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.errors import RecordError
from spanwise_alerts.events import AlertChanged, Event, Notified
from spanwise_alerts.group.identity import fingerprint
from spanwise_alerts.matchers import parse_matchers
from spanwise_alerts.plan import Plan
from spanwise_alerts.record.store import Store
from spanwise_alerts.silence import SilenceDraft
from tests.alerts.builders import a_notice

TEAM = {"name": "team", "webhook": {"allow_private": True, "url": "http://127.0.0.1:1/"}}


def config(**section: Any) -> AlertsConfig:
    given = {"receivers": [TEAM], "default_rules": False, "start_delay": "0s", **section}
    return load(given, "spanwise.yaml", Path())


class Slow(Store):
    """A store that counts transactions, waits when asked to, and refuses when asked to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.plans: list[Plan] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.refuses = False

    async def commit(self, plan: Plan) -> None:
        await self.gate.wait()
        if self.refuses:
            raise RecordError("disk is full")
        self.plans.append(plan)
        await super().commit(plan)


@asynccontextmanager
async def dispatcher(folder: Path, **section: Any) -> AsyncIterator[tuple[Dispatcher, Slow, list[Event]]]:
    events, ids = list[Event](), itertools.count()
    async with Slow(folder / "db") as store:
        found = Dispatcher(config(**section), store, events.append, lambda: f"id-{next(ids)}")
        await found.start(1000.0)
        yield found, store, events


def named(name: str, **labels: str) -> Posted:
    return Posted({"alertname": name, **labels})


async def test_all_that_waits_shares_one_transaction(tmp_path: Path):
    async with dispatcher(tmp_path) as (found, store, events):
        store.gate.clear()
        first = asyncio.create_task(found.push([named("first")], 1000.0))
        await asyncio.sleep(0)
        others = [asyncio.create_task(found.push([named(f"a{n}")], 1000.0)) for n in range(50)]
        await asyncio.sleep(0)
        assert not first.done()
        store.gate.set()
        await asyncio.gather(first, *others)
        assert [len(plan.kept) for plan in store.plans] == [1, 50]
        assert len([event for event in events if isinstance(event, AlertChanged)]) == 51


async def test_what_is_not_recorded_did_not_happen_and_may_be_tried_again(tmp_path: Path):
    async with dispatcher(tmp_path) as (found, store, events):
        await found.push([named("a")], 1000.0)
        store.refuses = True
        with pytest.raises(RecordError, match="disk is full"):
            await found.push([named("b")], 1001.0)
        store.refuses = False
        assert len(events) == 2
        await found.push([named("b")], 1002.0)
        assert [standing.notice.rule for standing in found.alerts()] == ["b", "a"]
        assert [event.message.notices[0].rule for event in events if isinstance(event, Notified)] == ["a", "b"]
        assert await store.counts() == {("team/webhook", "pending"): 2}


async def test_what_our_rules_end_at_a_start_lets_nothing_be_told_before_they_were_evaluated(tmp_path: Path):
    inhibit = [{"source_matchers": 'alertname="down"', "target_matchers": 'alertname="slow"', "equal": []}]
    async with dispatcher(tmp_path, inhibit_rules=inhibit, start_delay="30s") as (found, _, events):
        await found.push([named("slow")], 1000.0)
        await found.take([Change("00000000000000aa", None)], 1000.5)
        down = a_notice(rule="down", labels={"alertname": "down"}, fingerprint=fingerprint({"alertname": "down"}))
        await found.take([Change(down.fingerprint, None, down)], 1001.0)
        assert [event for event in events if isinstance(event, Notified)] == []
        await found.release(1001.0)
        assert [event.message.notices[0].rule for event in events if isinstance(event, Notified)] == ["down"]


async def test_a_configuration_that_is_not_recorded_is_not_in_force(tmp_path: Path):
    async with dispatcher(tmp_path, flap={"changes": 0}) as (found, store, _):
        await found.push([named("a", host="x")], 1000.0)
        store.refuses = True
        grouped = config(route={"group_by": ["host"]}, flap={"changes": 3})
        with pytest.raises(RecordError):
            await found.reload(grouped, 1001.0, [Change("00000000000000aa", None, a_notice())])
        store.refuses = False
        await found.tick(1002.0)
        assert [view.key for view in found.groups()] == ['{}:{alertname="a", host="x"}']
        await found.reload(grouped, 1003.0)
        assert [view.key for view in found.groups()] == ['{}:{host="x"}']
        assert found._floor.flapping.config.changes == 3
        assert await store.counts() == {("team/webhook", "pending"): 1}


async def test_what_was_over_before_anybody_knew_of_it_is_forgotten_by_another_routing(tmp_path: Path):
    async with dispatcher(tmp_path, route={"group_by": ["host"]}) as (found, store, events):
        await found.push([named("a", host="x")], 1000.0)
        await found.push([Posted({"alertname": "a", "host": "x"}, {}, 1000.0, 1001.0)], 1001.0)
        await found.reload(config(), 1002.0)
        await found.tick(1003.0)
        assert [event for event in events if isinstance(event, Notified)] == []
        assert list((await store.recorded(0.0)).kept) == []


async def test_one_that_is_wrong_stops_none_of_the_others(tmp_path: Path):
    async with dispatcher(tmp_path) as (found, _, _events):
        good, bad = found.push([named("a")], 1000.0), found.expire("nothing", 1000.0)
        answers = await asyncio.gather(good, bad, return_exceptions=True)
        assert [type(answer).__name__ for answer in answers] == ["NoneType", "SilenceUnknown"]
        with pytest.raises(ValueError, match="without labels"):
            await found.push([named("b"), Posted({})], 1000.0)
        assert [standing.notice.rule for standing in found.alerts()] == ["a"]


async def test_whoever_goes_away_while_waiting_leaves_the_others_alone(tmp_path: Path):
    async with dispatcher(tmp_path) as (found, store, _):
        store.gate.clear()
        first = asyncio.create_task(found.push([named("a")], 1000.0))
        other = asyncio.create_task(found.push([named("b")], 1000.0))
        await asyncio.sleep(0)
        first.cancel()
        store.gate.set()
        await other
        assert first.cancelled()
        assert {standing.notice.rule for standing in found.alerts()} == {"a", "b"}


async def test_alerts_and_groups_say_how_they_stand(tmp_path: Path):
    inhibit = [{"source_matchers": 'alertname="down"', "target_matchers": 'alertname="slow"', "equal": ["host"]}]
    async with dispatcher(tmp_path, inhibit_rules=inhibit, route={"group_by": ["host"]}) as (found, _, _events):
        await found.push([named("down", host="x"), named("slow", host="x"), named("slow", host="y")], 1000.0)
        draft = SilenceDraft(parse_matchers('host="y"'), 1000.0, 2000.0, "me", "why")
        silence = await found.silence(draft, 1000.0)
        await found.tick(1031.0)
        (down,) = (s for s in found.alerts() if s.notice.rule == "down")
        slow = {s.notice.labels["host"]: s for s in found.alerts() if s.notice.rule == "slow"}
        assert (down.state, down.receivers, down.expires_at_s) == ("active", ("team",), 1300.0)
        assert (slow["x"].state, slow["x"].inhibited_by) == ("suppressed", (down.notice.fingerprint,))
        assert (slow["y"].state, slow["y"].silenced_by) == ("suppressed", (silence,))
        views = [(view.key, dict(view.labels), len(view.members)) for view in found.groups()]
        assert views == [('{}:{host="x"}', {"host": "x"}, 2), ('{}:{host="y"}', {"host": "y"}, 1)]


async def test_a_resolved_alert_that_is_sent_again_and_again_is_told_once(tmp_path: Path):
    async with dispatcher(tmp_path) as (found, store, events):
        await found.push([named("a")], 1000.0)
        for second in range(1, 10):
            over = Posted({"alertname": "a"}, {}, 1000.0, 1001.0)
            await found.push([over], 1001.0 + second)
        assert [event.kind for event in events if isinstance(event, AlertChanged)] == ["fired", "resolved"]
        assert await store.counts() == {("team/webhook", "pending"): 2}
        recorded = await store.recorded(0.0)
        assert (list(recorded.kept), list(recorded.entries)) == ([], [])


async def test_a_pushed_alert_outlives_a_time_in_which_nobody_could_push(tmp_path: Path):
    async with dispatcher(tmp_path) as (found, _, _events):
        await found.push([Posted({"alertname": "a"}, {}, 900.0, 1010.0)], 1000.0)
    async with dispatcher(tmp_path, start_delay="0s") as (found, _, events):
        await found.start(5000.0)
        await found.tick(5001.0)
        assert [standing.notice.rule for standing in found.alerts()] == ["a"]
        await found.push([Posted({"alertname": "a"}, {}, 900.0, 6000.0)], 5060.0)
        await found.tick(5200.0)
        assert [standing.notice.rule for standing in found.alerts()] == ["a"]
        await found.tick(6000.0)
        assert [event.kind for event in events if isinstance(event, AlertChanged)] == ["resolved"]


async def test_the_audit_trail_says_why_something_was_not_told(tmp_path: Path):
    async with dispatcher(tmp_path) as (found, store, _):
        draft = SilenceDraft(parse_matchers('alertname="a"'), 1000.0, 2000.0, "me", "why")
        silence = await found.silence(draft, 1000.0)
        await found.push([named("a"), named("b")], 1001.0)
        rows = [(h.what, h.detail.get("by") or h.detail.get("reason")) for plan in store.plans for h in plan.audit]
        assert rows == [
            ("silence", None), ("fired", None), ("fired", None), ("silenced", [silence]), ("told", "first"),
        ]  # fmt: skip


async def test_it_runs_by_itself_and_stops_when_it_is_told_to(tmp_path: Path):
    told = asyncio.Event()
    async with dispatcher(tmp_path, route={"group_wait": "20ms", "group_by": []}) as (found, _, _events):
        found._on_event = lambda event: told.set() if isinstance(event, Notified) else None
        clock = asyncio.get_running_loop()
        running = asyncio.create_task(found.run(lambda: 1000.0 + clock.time()))
        await found.push([named("a")], 1000.0 + clock.time())
        await asyncio.wait_for(told.wait(), 20.0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

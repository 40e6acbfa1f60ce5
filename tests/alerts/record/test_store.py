from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from spanwise_alerts.alert import Held, Outcome
from spanwise_alerts.errors import RecordError
from spanwise_alerts.outbox import Attempt
from spanwise_alerts.people.attention import Acknowledgement, Attention
from spanwise_alerts.people.climb import Climb
from spanwise_alerts.plan import Happening, Kept, Plan
from spanwise_alerts.record.store import AUDIT_KEPT_S, LETTERS_KEPT_S, Store
from spanwise_alerts.record.trail import Wanted
from spanwise_alerts.secret import url_of
from tests.alerts.builders import a_letter, a_notice, an_alert
from tests.support.postgres import Postgres

CHANNEL = "team/webhook"


def fired(at_s: float = 1.0) -> Happening:
    return Happening(at_s, "fired", "aa", {})


async def test_alert_letter_and_audit_are_one_transaction(opened: Callable[[], Store]):
    async with opened() as store:
        held = Held("aa", an_alert(), a_notice())
        kept = Kept(a_notice())
        await store.commit(Plan(1.0, {"aa": held}, {"aa": kept}, letters=[a_letter()], audit=[fired()]))
        # the second letter has the key of the first: the whole transaction is refused
        with pytest.raises(RecordError, match=r"(?i)unique"):
            await store.commit(Plan(2.0, {"aa": None}, {"aa": None}, letters=[a_letter()], audit=[fired()]))
        assert await store.alerts() == [held]
        assert (await store.recorded(0.0)).kept == [kept]
        assert await store.counts() == {(CHANNEL, "pending"): 1}
        assert [each.what for each in await store.trail(Wanted())] == ["fired"]


async def test_what_people_did_is_kept_changed_and_forgotten_with_its_plan(opened: Callable[[], Store]):
    acked = Attention(
        "aa", Acknowledgement("ada", 1.0, "Ö", None, (2, 0)), climbs={"p": Climb(1.0, 1, 9.5, 1, {"t": 1})}
    )
    async with opened() as store:
        await store.commit(Plan(1.0, attention={"aa": acked, "bb": Attention("bb", assignee="grace")}))
        await store.commit(Plan(2.0, attention={"aa": replace(acked, recalls=2), "bb": None}))
    async with opened() as store:
        assert (await store.recorded(0.0)).attention == [replace(acked, recalls=2)]


async def test_what_was_recorded_is_there_after_a_restart(opened: Callable[[], Store]):
    held = Held("aa", an_alert(tier=None), None)
    async with opened() as store:
        await store.commit(Plan(1.0, {"aa": held}, audit=[fired(1.0), fired(3.0)]))
        await store.watch({"r": 5.0})
    async with opened() as store:
        assert await store.alerts() == [held]
        assert await store.watched() == {"r": 5.0}
        assert (await store.recorded(2.0)).changes == [("aa", 3.0)]


async def test_what_is_old_is_forgotten_and_what_waits_is_not(opened: Callable[[], Store]):
    async with opened() as store:
        letters = [a_letter(step=1), a_letter(step=2)]
        await store.commit(Plan(1.0, letters=letters, audit=[fired(), fired(2e6)]))
        await store.settle([Attempt(letters[0], Outcome("delivered"), 5.0, 0.0)])
        await store.prune(5.0 + LETTERS_KEPT_S)
        assert await store.counts() == {(CHANNEL, "pending"): 1, (CHANNEL, "delivered"): 1}
        await store.prune(5.1 + max(LETTERS_KEPT_S, AUDIT_KEPT_S) - 1e6)
        await store.prune(2e6 + AUDIT_KEPT_S)
        assert await store.counts() == {(CHANNEL, "pending"): 1}
        assert (await store.recorded(0.0)).changes == [("aa", 2e6)]


async def test_commits_survive_the_loss_of_power(tmp_path: Path):
    async with Store(tmp_path / "db") as store:
        pragma = "PRAGMA {}"
        found = [
            await store._run(lambda db, name=name: db.exec_driver_sql(pragma.format(name)).scalar())
            for name in ("journal_mode", "synchronous")
        ]
    assert found == ["wal", 2]


async def test_a_letter_under_way_at_a_crash_is_due_again_with_its_key(opened: Callable[[], Store]):
    async with opened() as store:
        await store.commit(Plan(1.0, letters=[a_letter()]))
        (before,) = await store.due(CHANNEL, 1.0, 10)
    async with opened() as store:
        assert await store.due(CHANNEL, 1.0, 10) == [before]
        await store.settle([Attempt(before, Outcome("delivered"), 2.0, 0.0)])
        assert await store.due(CHANNEL, 9.0, 10) == []
        assert await store.next_due_s(CHANNEL) is None


async def test_letters_of_unknown_channels_are_buried(opened: Callable[[], Store]):
    async with opened() as store:
        await store.commit(Plan(1.0, letters=[a_letter(), a_letter("old/webhook")]))
        assert await store.bury([CHANNEL], 2.0) == 1
        assert await store.counts() == {(CHANNEL, "pending"): 1, ("old/webhook", "dead"): 1}


async def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path):
    (tmp_path / "db").write_bytes(b"no database" * 100)
    with pytest.raises(RecordError, match="db cannot be opened"):
        async with Store(tmp_path / "db"):
            pass


async def taken_over(store: Store) -> None:
    """Lead as soon as the server has noticed that the connection of who led is gone."""
    async with asyncio.timeout(30):
        while not await store.lead():  # noqa: ASYNC110  the server has no event for it
            await asyncio.sleep(0.01)


async def test_of_two_replicas_one_leads_and_the_other_takes_over(server: Postgres):
    where = url_of(server.database("turns"))
    async with Store(where) as second:
        async with Store(where) as first:
            assert await first.lead()
            assert not await second.lead()
            await first.commit(Plan(1.0, letters=[a_letter()]))
        await taken_over(second)
        assert await second.counts() == {(CHANNEL, "pending"): 1}


async def test_whoever_loses_the_connection_writes_no_more(server: Postgres):
    where = url_of(server.database("lost"))
    async with Store(where) as store, Store(where) as other:
        assert await store.lead()
        server.ask("lost", "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        with pytest.raises(RecordError):
            await store.check()
        assert store.lost
        await taken_over(other)
        with pytest.raises(RecordError, match=r"the connection to the database lost at 127\.0\.0\.1 is lost"):
            await store.commit(Plan(1.0, letters=[a_letter()]))
        assert await other.counts() == {}


async def test_a_database_that_is_away_is_named_without_its_password():
    away = url_of("postgresql://spanwise:hunter2@127.0.0.1:1/alerts")
    with pytest.raises(RecordError, match=r"the database alerts at 127\.0\.0\.1 cannot be opened") as caught:
        async with Store(away):
            pass
    assert "hunter2" not in str(caught.value)


async def test_a_database_that_is_refused_is_left_at_once(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "db")) as old, old:
        old.execute("CREATE TABLE alerts (fingerprint TEXT)")
    store = Store(tmp_path / "db")
    with pytest.raises(RecordError, match="before the first release"):
        async with store:
            pass
    assert store._connection is not None
    assert store._connection.closed

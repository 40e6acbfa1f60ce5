import asyncio
import contextlib
import time

from spanwise_collector.errors import StoreDown
from spanwise_collector.store.store import Store
from spanwise_collector.tidy import tidying
from tests.support.rows import NOON, SECOND, batch, row


def now_ns():
    return NOON + 30 * 86_400 * SECOND


async def until(true):
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def filled(folder, commits):
    store = Store(folder)
    for n in range(commits):
        store.append(batch(row(n + 1, at_s=n)))
        store.commit(n, b"", None, NOON / SECOND)
    return store


async def test_small_files_are_merged_and_old_ones_dropped(tmp_path):
    with contextlib.closing(filled(tmp_path, 8)) as store:
        assert store.segments == 8
        async with tidying(store, 365, now_ns, every_s=0.01):
            await until(lambda: store.segments == 1)
        assert store.rows == 8
        async with tidying(store, 7, now_ns, every_s=0.01):
            await until(lambda: store.rows == 0)


async def test_a_disk_that_refuses_is_told_and_tried_again(tmp_path, monkeypatch, caplog):
    def refuse(_):
        raise StoreDown("no space left")

    with contextlib.closing(Store(tmp_path)) as store:
        monkeypatch.setattr(store, "compact", refuse)
        async with tidying(store, 30, now_ns, every_s=0.01):
            await until(lambda: caplog.text.count("no space left; it is tried again") >= 2)

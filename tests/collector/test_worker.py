import asyncio
import time

import pytest

from spanwise_collector.errors import Overloaded
from spanwise_collector.gate import JournalGate
from spanwise_collector.handover import Handover
from spanwise_collector.pipeline import Pipeline
from spanwise_collector.price import PriceBook
from spanwise_collector.rollup.rollup import Rollup
from spanwise_collector.store.journal import Journal
from spanwise_collector.store.store import Store
from spanwise_collector.telemetry import Refusals
from spanwise_collector.worker import Worker
from tests.support.otlp import traffic


class Works:
    def __init__(self, folder):
        self.store = Store(folder)
        self.pipeline = Pipeline(self.store, Rollup(), PriceBook(), time.time_ns)
        self.journal = Journal(folder / "journal", 1)
        self.handover = Handover()
        self.gate = JournalGate(self.journal, self.handover, Refusals(), 10**8, time.time_ns)
        self.worker = Worker(self.pipeline, self.handover, self.gate, self.journal, time.time_ns)

    async def stop(self):
        await self.gate.close()
        await self.worker.stop()
        await self.journal.close()
        self.store.close()


@pytest.fixture
async def works(tmp_path):
    works = Works(tmp_path)
    works.worker.start()
    yield works
    await works.stop()


async def test_settled_waits_for_all_that_was_acknowledged(works):
    bodies = [traffic(seed, spans=40, now_ns=time.time_ns())[0] for seed in range(5)]
    await asyncio.gather(*(works.gate.take(body, "protobuf") for body in bodies))
    await works.worker.settled()
    assert works.pipeline.published["stored"] == 200


async def test_stopping_applies_and_commits_what_is_queued(tmp_path):
    works = Works(tmp_path)
    for seed in range(3):
        await works.gate.take(traffic(seed, spans=40, now_ns=time.time_ns())[0], "protobuf")
    works.worker.start()
    await works.stop()
    again = Store(tmp_path)
    assert (again.rows, again.applied_seq) == (120, works.pipeline.applied_seq)
    again.close()


async def test_a_fault_of_ours_closes_the_gate_and_keeps_the_journal(works, monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(works.pipeline.rollup, "add", fail)
    body = traffic(1, spans=10, now_ns=time.time_ns())[0]
    await works.gate.take(body, "protobuf")
    await works.worker.settled()
    with pytest.raises(Overloaded, match="the pipeline failed: RuntimeError"):
        await works.gate.take(body, "protobuf")
    assert "nothing more is taken" in caplog.text
    assert works.journal.size_bytes > len(body)


async def test_prices_are_loaded_once_and_only_when_nothing_comes(tmp_path, monkeypatch):
    works = Works(tmp_path)
    warmed = asyncio.Queue()
    warm, loop = works.pipeline.warm, asyncio.get_running_loop()

    def watched():
        warm()
        loop.call_soon_threadsafe(warmed.put_nowait, 1)

    monkeypatch.setattr(works.pipeline, "warm", watched)
    works.worker.start()
    works.handover.hurry()
    await asyncio.wait_for(warmed.get(), 30)
    await works.gate.take(traffic(1, spans=10, now_ns=time.time_ns())[0], "protobuf")
    await works.worker.settled()
    works.handover.hurry()
    await works.stop()
    assert warmed.empty()

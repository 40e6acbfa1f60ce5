import asyncio
import time

import pytest

from spanwise_collector.errors import Malformed, Overloaded, StoreDown
from spanwise_collector.gate import JournalGate
from spanwise_collector.handover import Handover
from spanwise_collector.store.journal import Journal
from spanwise_collector.telemetry import Refusals
from tests.support.otlp import request, span, traffic

BODY, TRUTH = traffic(1, spans=20)


@pytest.fixture
async def journal(tmp_path):
    journal = Journal(tmp_path / "journal", 1)
    list(journal.replay(0))
    yield journal
    await journal.close()


@pytest.fixture
def handover():
    return Handover()


@pytest.fixture
async def gate(journal, handover):
    gate = JournalGate(journal, handover, Refusals(), 100_000, time.time_ns)
    yield gate
    await gate.close()


def journalled(tmp_path):
    return [record.body for record in Journal(tmp_path / "journal", 1).replay(0)]


async def test_a_request_is_in_the_journal_when_it_is_answered(gate, handover, tmp_path):
    taken = await gate.take(BODY, "protobuf")
    assert (taken.rejected, taken.message) == (0, "")
    assert journalled(tmp_path) == [BODY]
    (item,) = handover.take(1, 0, 0)
    assert (item.seq, item.decoded.received) == (gate.acknowledged_seq, 20)


async def test_every_span_that_is_acknowledged_is_counted(gate):
    await gate.take(BODY, "protobuf")
    await gate.take(request([span("x", span_id=b""), span("y")]).SerializeToString(), "protobuf")
    with pytest.raises(Malformed):
        await gate.take(b"\xff\xff", "protobuf")
    assert gate.acknowledged_spans == 22


async def test_spans_refused_are_told_by_reason(gate):
    taken = await gate.take(request([span("x", span_id=b""), span("y")]).SerializeToString(), "protobuf")
    assert taken.rejected == 1
    assert "1 spans refused: " in taken.message


async def test_a_malformed_request_leaves_nothing_behind(gate, handover, tmp_path):
    with pytest.raises(Malformed):
        await gate.take(b"\xff\xff", "protobuf")
    assert (len(handover), journalled(tmp_path)) == (0, [])
    await gate.take(BODY, "protobuf")


async def test_too_much_in_work_is_refused_until_it_is_applied(gate, handover):
    for _ in range(100_000 // len(BODY)):
        await gate.take(BODY, "protobuf")
    with pytest.raises(Overloaded, match="bytes are in work"):
        await gate.take(BODY, "protobuf")
    gate.applied(handover.take(10_000, 0, 0))
    await gate.take(BODY, "protobuf")


async def test_one_request_larger_than_the_limit_still_passes_when_nothing_waits(journal, handover):
    gate = JournalGate(journal, handover, Refusals(), 1, time.time_ns)
    await gate.take(BODY, "protobuf")
    await gate.close()


async def test_a_closed_gate_asks_to_come_again(gate):
    await gate.close()
    with pytest.raises(Overloaded, match="stopping"):
        await gate.take(BODY, "protobuf")


async def test_a_sender_that_hangs_up_does_not_split_journal_and_numbers(gate, handover, tmp_path):
    for delay_s in (0, 0.0005, 0.001, 0.002, 0.005, 0.01):
        task = asyncio.create_task(gate.take(BODY, "protobuf"))
        await asyncio.sleep(delay_s)
        task.cancel()
        await asyncio.wait([task])
    await gate.close()
    handed = handover.take(10_000, 0, 0) or ()
    assert len(handed) == len(journalled(tmp_path))


async def test_a_journal_that_cannot_write_is_told_and_frees_its_room(handover, tmp_path):
    journal = Journal(tmp_path / "journal", 1)
    gate = JournalGate(journal, handover, Refusals(), 100_000, time.time_ns)
    await journal.close()
    for _ in range(50):
        with pytest.raises(StoreDown):
            await gate.take(BODY, "protobuf")
    assert len(handover) == 0
    await gate.close()

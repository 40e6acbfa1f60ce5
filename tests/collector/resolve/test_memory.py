import msgspec
import pytest

from spanwise_collector.resolve.memory import FORGET_NS, QUIET_NS, Memory
from spanwise_collector.resolve.read import read
from tests.support.spans import SECOND, call, frame, row

LONG_ID = "chatcmpl-0123456789abcdef"
NOW = 1_000 * SECOND


def link(memory, *rows, now_ns=NOW):
    """Bring spans in; give the traces whose calls may have to do with others."""
    batch = frame(*rows)
    found = read(batch, batch["category"].eq_missing("llm"))
    memory.learn(found.frame, found.labels)
    met = memory.met(found)
    return [part.trace_id for part in found.parts if memory.link(part, now_ns, met=part.trace_id in met)]


def name(number):
    return number.to_bytes(16)


def test_calls_one_after_another_have_to_do_with_nobody():
    memory = Memory(100)
    assert link(memory, call(1, 9, 0, 1, trace=name(1)), call(2, 9, 2, 3, trace=name(1))) == []
    assert link(memory, call(3, 9, 4, 5, trace=name(1))) == []
    assert memory.trace(name(1)).column("span") == [1, 2, 3]


def test_calls_that_overlap_earlier_ones_or_have_their_answer_may():
    memory = Memory(100)
    link(memory, call(1, 9, 0, 5, trace=name(1), response_id=LONG_ID))
    assert link(memory, call(2, 9, 4, 6, trace=name(1))) == [name(1)]
    assert link(memory, call(3, 9, 50, 60, trace=name(2), response_id=LONG_ID)) == [name(2)]


def test_labels_are_found_again_by_their_key():
    memory = Memory(100)
    link(memory, call(1, trace=name(1)))
    (key,) = memory.trace(name(1)).column("labels")
    assert "app" in memory.labels(key)
    assert memory.labels(1) is None


def test_a_trace_is_quiet_a_while_after_its_last_span():
    memory = Memory(100)
    link(memory, call(1, trace=name(1)))
    link(memory, call(1, trace=name(2)), now_ns=NOW + SECOND)
    link(memory, row(2, 1, trace=name(1)), now_ns=NOW + 2 * SECOND)
    assert [key for key, _ in memory.became_quiet(NOW + QUIET_NS)] == []
    assert [key for key, _ in memory.became_quiet(NOW + SECOND + QUIET_NS)] == [name(2)]


def test_what_was_put_back_is_forgotten_later_and_comes_back_with_a_span():
    memory = Memory(100)
    link(memory, call(1, 9, trace=name(1)), call(1, 9, trace=name(2)))
    for key, trace in memory.became_quiet(NOW + QUIET_NS):
        memory.put_back(key, trace)
    link(memory, row(2, 1, trace=name(2)), now_ns=NOW + QUIET_NS)
    memory.shrink(NOW + FORGET_NS)
    assert len(memory) == 2
    assert memory.trace(name(2)).spans == 2
    assert memory.blind_ns == NOW


def test_of_too_much_the_oldest_goes_with_its_answers():
    memory = Memory(2)
    link(memory, call(1, trace=name(1), response_id=LONG_ID), call(1, trace=name(2)), call(1, trace=name(3)))
    memory.shrink(NOW)
    assert (len(memory), memory.evicted) == (2, 1)
    assert link(memory, call(5, trace=name(4), response_id=LONG_ID)) == []


def test_a_trace_without_an_end_keeps_its_newer_half():
    memory = Memory(1_000_000)
    for start in range(0, 70_000, 10_000):
        link(memory, *(row(n + 1, 0, trace=name(1)) for n in range(start, start + 10_000)))
    assert len(memory) == memory.trace(name(1)).spans < 65_536
    assert len(memory) + memory.evicted == 70_000


def resumed(memory):
    """Make a memory of what a checkpoint of this one keeps."""
    state, pieces = memory.checkpoint()
    disk = {number: data for number, data in {**DISK, **pieces.new}.items() if number in pieces.keep}
    assert disk.keys() == pieces.keep
    DISK.clear()
    DISK.update(disk)
    memory.saved()
    again = Memory(100)
    again.load(msgspec.msgpack.decode(msgspec.msgpack.encode(state)), disk)
    return again


DISK = {}


@pytest.fixture(autouse=True)
def _empty_disk():
    DISK.clear()


def held(memory):
    """Say what is remembered, trace by trace."""
    found = {}
    for number in range(100):
        try:
            trace = memory.trace(name(number))
        except KeyError:
            continue
        found[number] = (trace.spans, trace.column("span"), trace.seen_ns, trace.rooted)
    return found


def test_a_checkpoint_brings_everything_back():
    first = Memory(100)
    link(
        first,
        call(1, 9, 0, 1, trace=name(1), response_id=LONG_ID),
        call(2, 9, 2, 3, trace=name(1)),
        row(1, trace=name(2)),
    )
    for key, trace in first.became_quiet(NOW + QUIET_NS):
        first.put_back(key, trace)
        break
    second = resumed(first)
    assert len(second) == len(first) == 3
    assert held(second) == held(first)
    assert link(second, call(7, trace=name(7), response_id=LONG_ID)) == [name(7)]


def test_a_checkpoint_writes_again_only_what_changed():
    memory = Memory(100)
    link(memory, *(call(1, 9, trace=name(number)) for number in range(10)))
    resumed(memory)
    link(memory, call(2, 9, 2, 3, trace=name(3)), now_ns=NOW + SECOND)
    _, pieces = memory.checkpoint()
    (entries,) = (msgspec.msgpack.decode(data) for data in pieces.new.values())
    assert [entry[0] for entry in entries] == [name(3)]
    assert len(pieces.keep) == 2


def test_what_was_forgotten_does_not_come_back_from_an_older_piece():
    memory = Memory(100)
    link(memory, *(call(1, 9, trace=name(number)) for number in range(10)))
    resumed(memory)
    link(memory, *(call(2, 9, 2, 3, trace=name(number)) for number in range(4)), now_ns=NOW + SECOND)
    for key, trace in memory.became_quiet(NOW + QUIET_NS):
        memory.forget(key, trace)
    resumed(memory)
    memory.forget(name(2), memory._fresh.pop(name(2)))
    again = resumed(memory)
    assert held(again) == held(memory)
    assert set(held(again)) == {0, 1, 3}
    assert len(again) == len(memory) == 6


def test_pieces_of_which_little_holds_are_let_go_of():
    memory = Memory(100)
    for turn in range(300):
        link(memory, *(call(turn * 10 + n, 9, turn, trace=name(n % 7)) for n in range(3)), now_ns=NOW + turn)
        link(memory, call(1, 9, trace=name(turn % 90 + 10)), now_ns=NOW + turn)
        memory.shrink(NOW + turn)
        again = resumed(memory)
        assert held(again) == held(memory)
    assert len(DISK) <= 70


def test_a_checkpoint_that_did_not_reach_the_disk_is_in_the_next_one():
    memory = Memory(100)
    link(memory, call(1, 9, trace=name(1)), call(1, 9, trace=name(2)))
    memory.checkpoint()
    link(memory, call(2, 9, 2, 3, trace=name(1)), now_ns=NOW + SECOND)
    assert held(resumed(memory)) == held(memory)
    assert set(held(memory)) == {1, 2}

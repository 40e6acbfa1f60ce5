import pytest

from spanwise_collector.rollup import seen as module
from spanwise_collector.rollup.seen import Seen
from tests.support.rows import batch, row


def spans(*numbers, trace=1):
    return batch(*(row(n, trace=trace) for n in numbers))


def test_a_span_is_new_once():
    seen = Seen()
    assert seen.add(spans(1, 2, 3)).to_list() == [True, True, True]
    assert seen.add(spans(3, 4)).to_list() == [False, True]
    assert seen.add(spans(3, 4, trace=2)).to_list() == [True, True]


def test_twice_in_one_batch_counts_once():
    assert Seen().add(spans(1, 1, 2, 1)).to_list() == [True, False, True, False]


def test_an_empty_batch_is_fine():
    assert Seen().add(batch()).len() == 0


def test_many_batches_are_remembered():
    seen = Seen()
    for start in range(0, 4000, 10):
        assert seen.add(spans(*range(start, start + 10))).all()
    assert not seen.add(spans(*range(4000))).any()


def test_memory_is_bounded_and_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_GENERATION", 10)
    seen = Seen()
    for start in range(0, 100, 10):
        seen.add(spans(*range(start, start + 10)))
    assert len(seen) == 30
    assert seen.add(spans(0, 99)).to_list() == [True, False]

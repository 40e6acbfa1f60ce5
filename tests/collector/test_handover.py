import threading

import polars as pl

from spanwise_collector.batch import Decoded
from spanwise_collector.handover import Handover, Item


def item(seq, rows=1, size_bytes=10):
    return Item(seq, 0, size_bytes, Decoded(pl.DataFrame({"n": range(rows)}), rows))


def filled(*items):
    handover = Handover()
    for one in items:
        handover.put(one)
    return handover


def seqs(items):
    return [one.seq for one in items]


def test_requests_come_out_in_order_up_to_the_rows_asked_for():
    handover = filled(item(1, 3), item(2, 3), item(3, 3))
    assert seqs(handover.take(5, linger_s=0, idle_s=0)) == [1, 2]
    assert seqs(handover.take(5, linger_s=0, idle_s=0)) == [3]


def test_nothing_in_time_is_an_empty_hand():
    assert Handover().take(5, linger_s=0, idle_s=0) == ()


def test_what_is_queued_is_taken_after_closing():
    handover = filled(item(1))
    handover.close()
    assert seqs(handover.take(5, linger_s=60, idle_s=60)) == [1]
    assert handover.take(5, linger_s=60, idle_s=60) is None


def test_hurry_cuts_lingering_short():
    handover = filled(item(1))
    threading.Timer(0.05, handover.hurry).start()
    assert seqs(handover.take(100, linger_s=60, idle_s=60)) == [1]


def test_enough_rows_cut_lingering_short():
    handover = filled(item(1, 60))
    threading.Timer(0.05, handover.put, [item(2, 60)]).start()
    assert seqs(handover.take(100, linger_s=60, idle_s=60)) == [1, 2]


def test_enough_bytes_cut_lingering_short():
    handover = filled(item(1, size_bytes=3 << 20))
    threading.Timer(0.05, handover.put, [item(2, size_bytes=3 << 20)]).start()
    assert seqs(handover.take(100, linger_s=60, idle_s=60)) == [1, 2]

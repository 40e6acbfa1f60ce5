import os
import signal
import threading

import pytest

from spanwise import guard, later
from spanwise.later import LATER, Later


class Job:
    """Notes when it is settled."""

    def __init__(self, done: list, name: str, fault: Exception | None = None):
        self.done = done
        self.name = name
        self.fault = fault

    def settle(self):
        self.done.append(self.name)
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def done() -> list:
    return []


def test_what_is_put_off_is_done_when_asked_for_and_in_its_order(done):
    mine = Later()
    for name in "abc":
        mine.put(Job(done, name), 1)
    assert (done, len(mine)) == ([], 3)
    mine.settle()
    assert (done, len(mine)) == (["a", "b", "c"], 0)


@pytest.mark.parametrize(("name", "most", "kept"), [("MOST", 2, 1), ("MOST_BYTES", 20, 1), ("MOST_BYTES", 1, 0)])
def test_what_waits_is_bounded_in_number_and_in_bytes(monkeypatch, done, name, most, kept):
    monkeypatch.setattr(later, name, most)
    mine = Later()
    for number in range(3):
        mine.put(Job(done, str(number)), 10)
    assert (len(done), len(mine)) == (3 - kept, kept)


def test_bytes_are_counted_anew_after_all_is_settled(monkeypatch, done):
    monkeypatch.setattr(later, "MOST_BYTES", 15)
    mine = Later()
    for name in "abc":
        mine.put(Job(done, name), 10)
    assert done == ["a", "b"]


def test_fault_of_one_leaves_the_others_and_is_reported(done):
    mine, before = Later(), guard.faults().get("spanwise.later.Later.settle", 0)
    for name, fault in (("a", None), ("b", RuntimeError("ours")), ("c", None)):
        mine.put(Job(done, name, fault), 1)
    mine.settle()
    mine.settle_one(Job(done, "d", RuntimeError("ours")))
    assert done == ["a", "b", "c", "d"]
    assert guard.faults()["spanwise.later.Later.settle"] == before + 2


def test_fault_is_reported_when_nobody_waits_for_the_lock_any_more(monkeypatch, done):
    free: list[bool] = []
    mine = Later()

    def take():
        free.append(mine._lock.acquire(timeout=30))
        if free[-1]:
            mine._lock.release()

    def report(place: str, fault: Exception):
        del place, fault
        other = threading.Thread(target=take)
        other.start()
        other.join()

    monkeypatch.setattr(guard, "report", report)
    mine.put(Job(done, "a", RuntimeError("ours")), 1)
    mine.settle()
    assert free == [True]


def test_what_takes_locks_of_others_is_done_when_the_lock_is_free():
    free: list[bool] = []
    mine = Later()

    def take():
        free.append(mine._lock.acquire(timeout=30))
        if free[-1]:
            mine._lock.release()

    def follow():
        other = threading.Thread(target=take)
        other.start()
        other.join()

    class Followed:
        def settle(self):
            return follow

    mine.put(Followed(), 1)
    mine.settle()
    mine.settle_one(Followed())
    assert free == [True, True]


def test_what_is_put_off_while_others_are_settled_waits_for_its_turn(done):
    mine = Later()

    class Putting(Job):
        def settle(self):
            super().settle()
            mine.put(Job(done, "b"), 1)

    mine.put(Putting(done, "a"), 1)
    mine.settle()
    assert (done, len(mine)) == (["a"], 1)


def test_settling_within_settling_does_each_thing_once(done):
    mine = Later()

    class Settling(Job):
        def settle(self):
            super().settle()
            mine.settle()

    mine.put(Settling(done, "a"), 1)
    mine.put(Job(done, "b"), 1)
    mine.settle()
    assert done == ["a", "b"]


def test_forked_child_waits_for_no_thread_of_its_parent():
    held, done = threading.Event(), threading.Event()

    def hold():
        with LATER._lock:
            held.set()
            done.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(30)
    child = os.fork()
    if child == 0:
        signal.alarm(30)  # which ends a child that waits
        LATER.settle()
        os._exit(7)
    done.set()
    holder.join()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7

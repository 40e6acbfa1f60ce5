from __future__ import annotations

from spanwise_collector.rollup.rollup import Rollup
from spanwise_collector.rollup.runaways import KEPT_NS, MOST_LOOKS, MOST_WATCHED, QUIET_NS, SLOWLY_NS, Runaways
from tests.support.rows import NOON, SECOND, batch, row
from tests.support.runaways import ask, call, rows, stuck

ROOT = row(1, "agent", parent=None, agent="researcher", at_s=20, took_s=20)


def repeats(rollup):
    return [round(found.signs["repeats"]) for found in rollup.runaways.found]


def arrived(rollup, *parts, every_ns=SECOND):
    """Spans come, part by part; give when the last of them did."""
    now_ns = NOON
    for part in parts:
        now_ns += every_ns
        rollup.add(batch(*part), now_ns)
    return now_ns


def test_a_run_is_found_while_it_loops_with_each_repetition():
    rollup, steps, seen = Rollup(), rows(stuck(6)), []
    for at in range(0, 12, 2):
        rollup.add(batch(*steps[at : at + 2]), NOON + at * SECOND)
        seen.append(repeats(rollup))
    assert seen == [[], [], [3], [4], [5], [6]]


def test_a_loop_is_found_whatever_the_batches_are():
    for size in (1, 3, 5, 12):
        rollup, steps = Rollup(), rows(stuck(6))
        arrived(rollup, *(steps[at : at + size] for at in range(0, 12, size)))
        assert repeats(rollup) == [6]


def test_of_very_many_loops_the_others_are_looked_at_a_moment_later():
    rollup = Rollup()
    many = [each for trace in range(1, MOST_LOOKS + 10) for each in rows(stuck(5), trace=trace)]
    rollup.add(batch(*many), NOON)
    assert len(rollup.runaways.found) == MOST_LOOKS
    rollup.watch(NOON)
    assert repeats(rollup) == [5] * (MOST_LOOKS + 9)


def test_a_loop_that_was_left_is_told_no_more():
    rollup, steps = Rollup(), rows([*stuck(6), ask(), call("answer", {"text": "done"})])
    arrived(rollup, steps[:12], steps[12:])
    assert repeats(rollup) == []


def test_a_run_that_ended_is_told_for_a_minute():
    rollup = Rollup()
    now_ns = arrived(rollup, rows(stuck(6)), [ROOT])
    assert [found.running for found in rollup.runaways.found] == [False]
    for second in range(5, 60, 5):
        rollup.watch(now_ns + second * SECOND)
    assert len(rollup.runaways.found) == 1
    rollup.watch(now_ns + KEPT_NS + 2 * SLOWLY_NS)
    assert rollup.runaways.found == ()


def test_a_run_of_which_nothing_comes_any_more_is_told_no_more():
    rollup = Rollup()
    now_ns = arrived(rollup, rows(stuck(6)))
    rollup.watch(now_ns + QUIET_NS - SECOND)
    assert repeats(rollup) == [6]
    rollup.watch(now_ns + QUIET_NS + SLOWLY_NS)
    assert repeats(rollup) == []


def test_after_a_restart_a_loop_is_known_again():
    rollup = Rollup()
    now_ns = arrived(rollup, rows(stuck(6)))
    state, _ = rollup.checkpoint()
    again = Rollup()
    again.restore(state, None, now_ns)
    again.watch(now_ns)
    assert repeats(again) == [6]


def test_no_more_traces_are_watched_than_there_is_room_for():
    runaways = Runaways()
    loops = [each for trace in range(1, MOST_WATCHED + 200) for each in rows(stuck(3), trace=trace)]
    runaways.add(batch(*loops), NOON)
    assert runaways.evicted == 199
    looked = []

    def spans_of(key):
        looked.append(key)
        return batch(row(1, None)).clear()

    for second in range(MOST_WATCHED // MOST_LOOKS + 1):
        runaways.look(spans_of, NOON + second * SECOND)
    assert len(looked) == len(set(looked)) == MOST_WATCHED

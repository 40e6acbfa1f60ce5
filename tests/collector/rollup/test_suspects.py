from __future__ import annotations

import random

from spanwise_collector.rollup.suspects import PACE_NS, REPEATS_NS, Suspects
from tests.support.rows import NOON, batch, row
from tests.support.runaways import ask, call, failing, mapping, rows, stuck, times

ONE = (1).to_bytes(16, "big")


def looked_at(done, suspects=None, **more):
    found = (suspects or Suspects()).add(batch(*rows(done, **more)), NOON)
    return found.loops, found.much


def test_a_call_that_came_three_times_is_looked_at():
    assert looked_at(stuck(2)) == (set(), set())
    assert looked_at(stuck(3)) == ({ONE}, set())


def test_it_does_not_matter_how_calls_come_in_batches():
    suspects, steps = Suspects(), rows(stuck(3))
    found = [suspects.add(batch(step), NOON).loops for step in steps]
    assert found == [set(), set(), set(), set(), set(), {ONE}]


def test_other_arguments_other_tools_and_other_traces_are_other_calls():
    assert looked_at(mapping(30))[0] == {ONE}  # `write` gives the same result each time
    apart = times(30, lambda n: [ask(), call("read", {"id": n}), call(f"tool_{n}", {})])
    assert looked_at(apart)[0] == set()
    suspects = Suspects()
    assert [looked_at(stuck(1), suspects, trace=number)[0] for number in range(1, 40)] == [set()] * 39


def test_calls_whose_arguments_are_not_told_are_not_looked_at():
    assert looked_at(times(30, lambda _: [ask(), call("search")]))[0] == set()


def test_an_error_that_comes_again_is_looked_at():
    assert looked_at(failing(3)) == ({ONE}, set())


def test_calls_are_forgotten_after_a_while():
    suspects = Suspects()
    assert suspects.add(batch(*rows(stuck(2))), NOON).loops == set()
    later = NOON + 2 * REPEATS_NS
    assert suspects.add(batch(*rows(stuck(2), first=2000)), later).loops == set()
    assert suspects.add(batch(*rows(stuck(1), first=3000)), later + REPEATS_NS).loops == {ONE}


def test_a_run_that_uses_much_within_a_minute_is_looked_at():
    assert looked_at([ask(tokens=12_000)]) == (set(), set())
    assert looked_at([ask(tokens=12_000)] * 3) == (set(), {ONE})  # 36 cents
    suspects = Suspects()
    for minute in range(6):
        spans = batch(*rows([ask(tokens=5_000)], first=10 * minute))
        assert suspects.add(spans, NOON + minute * PACE_NS).much == set()


def test_a_run_with_a_large_context_or_many_steps_is_looked_at():
    assert looked_at([ask(tokens=40_000)])[1] == {ONE}
    assert looked_at([ask(tokens=1)] * 47)[1] == set()
    assert looked_at([ask(tokens=1)] * 48)[1] == {ONE}


def test_what_is_no_call_is_passed_over():
    assert Suspects().add(batch(row(1, "agent", parent=None), row(2, None)), NOON) == (set(), set())


def test_hardly_a_trace_among_very_many_is_looked_at_for_nothing():
    suspects, dice, found = Suspects(), random.Random(7), set()
    for part in range(8):
        spans = [
            row(number, "tool", trace=dice.getrandbits(60), tool="search", tool_arguments=str(dice.random()))
            for number in range(part * 5_000, part * 5_000 + 5_000)
        ]
        found |= suspects.add(batch(*spans), NOON).loops
    assert len(found) < 4

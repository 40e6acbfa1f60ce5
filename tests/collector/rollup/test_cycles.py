from __future__ import annotations

import pytest

from spanwise_collector.rollup.cycles import Step, failing, repeated, turns_of, unchanged
from tests.support.runaways import (
    HEALTHY,
    LOOPS,
    ask,
    back_and_forth,
    call,
    mapping,
    polling,
    retrying,
    rows,
    stuck,
    taking,
    times,
)
from tests.support.runaways import failing as failed


def steps(done):
    """The steps of a run, as they are looked at."""
    return [
        Step(
            row["category"],
            row["tool"] or "",
            row["tool_arguments"],
            row["tool_result"],
            row["error_type"],
            row["start_ns"],
            row["end_ns"],
        )
        for row in rows(done)
    ]


def loop(done):
    return repeated(turns_of(steps(done)))


def test_the_same_tool_with_equal_arguments_is_counted():
    found = loop(stuck(7))
    assert (found.cycle, found.repetitions, found.doubtful, found.same_results) == (("search",), 7, False, True)


@pytest.mark.parametrize("period", range(2, 7))
def test_a_cycle_of_up_to_six_turns_is_found_and_named(period):
    found = loop([*mapping(9), *back_and_forth(5, period)])
    assert found.repetitions == 5
    assert sorted(found.cycle) == [f"tool_{number}" for number in range(period)]


def test_a_cycle_is_told_by_its_shortest_period():
    assert loop(back_and_forth(8)).cycle == ("tool_0", "tool_1")


def test_seven_turns_are_no_cycle():
    assert loop(back_and_forth(6, 7)) is None


def test_calls_side_by_side_have_no_order():
    pair = [call("a", {}, "x"), call("b", {}, "y")]
    found = loop(times(5, lambda n: [ask(), *pair[:: (-1) ** n]]))
    assert (found.cycle, found.repetitions) == (("a + b",), 5)


def test_a_loop_that_was_left_is_none():
    assert loop([*stuck(9), ask(), call("answer", {"text": "done"})]) is None


def test_a_loop_says_when_it_began():
    before = mapping(3)
    begun = steps([*before, *stuck(5)])[len(before)]
    assert loop([*before, *stuck(5)]).since_ns == begun.start_ns


def test_calls_without_arguments_are_not_known_to_be_equal():
    assert loop(times(9, lambda _: [ask(), call("search")])) is None


@pytest.mark.parametrize("done", [polling(9), taking(9)], ids=["polling", "taking"])
def test_what_waits_or_changes_is_doubtful(done):
    assert loop(done).doubtful


def test_what_no_model_asks_for_is_doubtful():
    found = loop(times(30, lambda _: [call("job_status", {}, "running", after_s=0.01)]))
    assert found.repetitions == 30
    assert found.doubtful


def test_calls_in_one_turn_are_one_repetition():
    assert loop([ask(), *times(30, lambda _: [call("job_status", {}, "running")])]) is None


def test_the_same_error_is_counted_whatever_the_arguments():
    found = failing(steps(failed(6)))
    assert (found.cycle, found.repetitions, found.error, found.doubtful) == (("run_sql",), 6, "OperationalError", False)


def test_errors_of_items_side_by_side_are_not_tried_again():
    assert failing(steps([ask(), *times(30, lambda n: [call("fetch", {"url": n}, error="Timeout")])])) is None


def test_the_same_call_that_fails_again_counts_in_code_too():
    found = failing(steps([ask(), *times(9, lambda _: [call("fetch", {"url": 1}, error="Timeout")])]))
    assert found.repetitions == 9


def test_errors_with_pauses_that_grow_are_doubtful():
    done = times(7, lambda n: [call("fetch", {"url": 1}, error="Timeout", after_s=0.5 * 2**n)])
    assert failing(steps([ask(), *done])).doubtful


def test_a_model_that_fails_again_and_again_is_counted():
    found = failing(steps(times(6, lambda _: [ask(error="500", took_s=0.1)])))
    assert (found.cycle, found.repetitions, found.error) == (("model",), 6, "500")


def test_a_success_ends_what_failed():
    assert failing(steps(retrying(3))) is None
    assert failing(steps([*failed(6), ask(), call("run_sql", {"sql": "1"}, "ok")])) is None


def test_turns_with_equal_results_are_counted_whatever_the_arguments():
    done = times(8, lambda n: [ask(), call("search", {"query": n}, "nothing found")])
    assert unchanged(turns_of(steps(done))).repetitions == 8
    assert unchanged(turns_of(steps(mapping(8)))) is None
    assert unchanged(turns_of(steps([ask()]))) is None


@pytest.mark.parametrize("name", LOOPS)
def test_every_loop_is_found_at_its_fifth_repetition(name):
    assert loop(LOOPS[name](5)).repetitions == 5
    assert not loop(LOOPS[name](5)).doubtful


@pytest.mark.parametrize("name", [name for name in HEALTHY if name != "side_by_side"])
def test_no_healthy_run_repeats_five_times_at_any_moment(name):
    whole = turns_of(steps(HEALTHY[name]))
    for end in range(1, len(whole) + 1):
        found = repeated(whole[:end])
        assert found is None or found.repetitions < (50 if found.doubtful else 5), (name, end, found)

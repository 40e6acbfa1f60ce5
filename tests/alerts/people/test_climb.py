from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanwise_alerts.people.climb import Climb, anew, begun, goes_on, over, step, waits

MOMENTS = (0.0, 900.0, 1800.0)


def climbed(steps: int, now_s: float = 0.0) -> Climb:
    climb = begun(MOMENTS, now_s)
    for number in range(steps):
        assert climb.next_s is not None
        climb = step(climb, MOMENTS, [f"r{number}"], climb.next_s)
    return climb


def test_each_step_is_due_its_time_after_the_one_before():
    assert [climbed(steps).next_s for steps in range(4)] == [0.0, 900.0, 1800.0, None]
    late = step(climbed(1), MOMENTS, ["r1"], 1000.0)
    assert late.next_s == 1900.0


def test_who_was_called_at_which_call_is_known():
    climb = step(climbed(2), MOMENTS, ["r0", "r9"], 1800.0)
    assert climb.called == {"r0": 3, "r1": 2, "r9": 3}
    assert over(climb, MOMENTS)


def test_what_waits_goes_on_after_the_whole_time_of_the_step():
    waiting = waits(climbed(1))
    assert waiting.next_s is None
    assert goes_on(waiting, MOMENTS, 5000.0).next_s == 5900.0
    assert goes_on(waits(climbed(0)), MOMENTS, 5000.0).next_s == 5000.0
    assert goes_on(climbed(3), MOMENTS, 5000.0).next_s is None


def test_what_begins_anew_keeps_counting_its_calls():
    again = anew(climbed(2), MOMENTS, 7000.0)
    assert (again.taken, again.next_s, again.begun_s) == (0, 7000.0, 7000.0)
    assert step(again, MOMENTS, ["r0"], 7000.0).called == {"r0": 3, "r1": 2}


@given(gaps=st.lists(st.integers(1, 10_000), min_size=1, max_size=8), first=st.integers(0, 100))
def test_whoever_takes_each_step_when_it_is_due_takes_all_of_them_in_time(gaps: list[int], first: int):
    moments = [float(first)]
    for gap in gaps:
        moments.append(moments[-1] + gap)
    climb, taken = begun(moments, 1000.0), list[float]()
    while climb.next_s is not None:
        taken.append(climb.next_s - 1000.0)
        climb = step(climb, moments, [], climb.next_s)
    assert taken == moments
    assert over(climb, moments)

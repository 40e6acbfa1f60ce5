import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanwise_collector.rollup.covered import covered_ns

INTERVAL = st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(-5, 40))


def cover(intervals, groups):
    columns = np.array(intervals, dtype=np.int64).reshape(-1, 3)
    return covered_ns(columns[:, 0], columns[:, 1], columns[:, 2], groups).tolist()


@given(st.lists(INTERVAL, max_size=12))
def test_the_union_is_what_counting_each_moment_gives(intervals):
    truth = [
        len({moment for of, start, end in intervals if of == group for moment in range(start, end)})
        for group in range(4)
    ]
    assert cover(intervals, 4) == truth


def test_intervals_side_by_side_count_once_and_others_add_up():
    assert cover([(0, 0, 10), (0, 5, 15), (0, 20, 21), (1, 0, 3)], 3) == [16, 3, 0]


def test_times_of_today_keep_each_nanosecond():
    now_ns = 1_790_000_000_000_000_001
    assert cover([(0, now_ns, now_ns + 3), (0, now_ns + 2, now_ns + 5)], 1) == [5]


def test_intervals_centuries_apart_are_told_apart():
    far_ns = 2**61
    assert cover([(0, 0, 10), (0, far_ns, far_ns + 10), (7, 5, 8), (7, 6, 9)], 9) == [20, 0, 0, 0, 0, 0, 0, 4, 0]

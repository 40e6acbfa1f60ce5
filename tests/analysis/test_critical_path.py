from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from spanwise_analysis.critical_path import critical_path
from tests.analysis.frames import SECOND_NS, frame, span


def legs(*spans):
    return [(leg.name, leg.duration_s) for leg in critical_path(frame(*spans))]


def test_of_calls_side_by_side_the_one_that_ended_last_was_waited_for():
    assert legs(
        span(1, 0, 10),
        span(2, 1, 6, parent=1),
        span(3, 1, 4, parent=1),
        span(4, 7, 9, parent=1),
    ) == [("span 1", 1), ("span 2", 5), ("span 1", 1), ("span 4", 2), ("span 1", 1)]


def test_the_path_leads_into_the_deepest_span():
    assert legs(span(1, 0, 6), span(2, 1, 5, parent=1), span(3, 2, 4, parent=2)) == [
        ("span 1", 1), ("span 2", 1), ("span 3", 2), ("span 2", 1), ("span 1", 1),
    ]  # fmt: skip


def test_a_child_that_outlives_its_parent_was_not_waited_for():
    assert legs(span(1, 0, 5), span(2, 1, 9, parent=1)) == [("span 1", 5)]


def test_of_several_roots_the_longest_is_followed():
    assert legs(span(1, 0, 1), span(2, 0, 5, parent=99)) == [("span 2", 5)]


def test_no_span_has_no_path_and_a_circle_has_none():
    assert legs() == []
    assert legs(span(1, 0, 1, parent=2), span(2, 0, 1, parent=1)) == []


@st.composite
def trees(draw):
    spans = [span(0, 0, draw(st.integers(1, 50)))]
    for number in range(1, draw(st.integers(1, 12))):
        start, end = draw(st.integers(-5, 50)), draw(st.integers(-5, 60))
        spans.append(span(number, start, end, parent=draw(st.integers(0, number - 1))))
    return spans


@given(trees(), st.randoms(use_true_random=False))
def test_the_legs_fill_the_roots_time_whatever_the_order(spans, random):
    path = critical_path(frame(*spans))
    assert path[0].start_ns == 0
    assert path[-1].end_ns == spans[0]["end_ns"]
    assert all(before.end_ns == after.start_ns for before, after in pairwise(path))
    assert sum(leg.duration_s for leg in path) * SECOND_NS == spans[0]["end_ns"]
    random.shuffle(spans)
    assert critical_path(frame(*spans)) == path

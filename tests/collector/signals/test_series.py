import msgspec
import pytest

from spanwise_collector.point import Point
from spanwise_collector.signals.series import Series

NOW = 1_000


def point(values, *, start=1, time=10, kind="counter", temporality="cumulative", bounds=()):
    values = values if isinstance(values, tuple) else (float(values),)
    return Point("x", "", kind, temporality, (), ("", ""), (), start, time, bounds, values)


def told(*points, apart=(), bounds=()):
    series = Series(bounds)
    for each in points:
        series.add(each, apart, NOW)
    return series


def test_deltas_are_added_up_and_one_sent_again_is_not():
    first, second = point(2, start=1, time=5, temporality="delta"), point(3, start=5, time=9, temporality="delta")
    assert told(first, second, first, second).values == (5.0,)


def test_deltas_of_other_sessions_at_the_same_time_are_other_deltas():
    series = told(point(2, temporality="delta"), apart=(("session.id", "a"),))
    series.add(point(3, temporality="delta"), (("session.id", "b"),), NOW)
    assert series.values == (5.0,)


def test_of_counts_since_a_start_the_newest_counts():
    assert told(point(4, time=20), point(3, time=10)).values == (4.0,)


def test_a_process_that_began_anew_does_not_take_back_what_it_counted():
    assert told(point(10, start=1, time=10), point(2, start=15, time=20), point(3, start=15, time=30)).values == (13.0,)


def test_a_counter_that_fell_without_a_new_start_began_anew():
    assert told(point(10, start=0, time=10), point(2, start=0, time=20)).values == (12.0,)


def test_many_starts_are_folded_and_count_on():
    series = told(*(point(1, start=n, time=100 + n) for n in range(1, 200)))
    assert series.values == (199.0,)
    assert len(series.streams) == 32
    series.add(point(1, start=150, time=900), (), NOW)  # folded: it is not counted a second time
    assert series.values == (199.0,)


def test_a_sum_that_may_fall_shows_its_newest_value():
    assert told(point(10, kind="gauge", time=10), point(2, kind="gauge", time=20)).values == (2.0,)
    assert told(point(10, kind="gauge", start=1), point(2, kind="gauge", start=5)).values == (2.0,)


def test_deltas_of_a_sum_that_may_fall_are_added_up():
    up, down = point(5, kind="gauge", temporality="delta", time=1), point(-2, kind="gauge", temporality="delta", time=2)
    assert told(up, down).values == (3.0,)


def test_buckets_of_a_histogram_are_added_up():
    one = point((1.5, 1.0, 0.0), kind="histogram", temporality="delta", bounds=(1.0,), time=1)
    other = point((2.5, 1.0, 2.0), kind="histogram", temporality="delta", bounds=(1.0,), time=2)
    assert told(one, other, bounds=(1.0,)).values == (4.0, 2.0, 2.0)


def test_other_bounds_begin_anew():
    one = point((1.5, 1.0, 0.0), kind="histogram", temporality="delta", bounds=(1.0,), time=1)
    other = point((2.5, 1.0, 2.0), kind="histogram", temporality="delta", bounds=(2.0,), time=2)
    series = told(one, other, bounds=(1.0,))
    assert (series.bounds, series.values) == ((2.0,), (2.5, 1.0, 2.0))


def test_a_series_that_was_told_to_have_ended_was_not_seen():
    series = told(point(1), point(()))
    assert series.seen_ns == 0
    series.add(point(2, time=30), (), NOW)
    assert (series.seen_ns, series.values) == (NOW, (2.0,))


@pytest.mark.parametrize("kind", ["counter", "gauge"])
def test_what_a_checkpoint_keeps_goes_on_where_it_was(kind):
    before = told(point(4, kind=kind, start=1), point(2, kind=kind, start=3, temporality="delta"), apart=(("a", "b"),))
    after = Series.load(msgspec.msgpack.decode(msgspec.msgpack.encode(before.dump())))
    assert after == before

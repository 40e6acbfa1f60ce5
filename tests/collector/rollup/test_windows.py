import polars as pl

from spanwise_collector.rollup.fold import coarsen, fold
from spanwise_collector.rollup.series import SeriesBook
from spanwise_collector.rollup.windows import Windows
from tests.support.rows import NOON, SECOND, batch, row

BOOK = SeriesBook()


def ended(*seconds):
    return fold(batch(*(row(n, at_s=at_s) for n, at_s in enumerate(seconds, 1))), BOOK).delta


def count(windows, first_s, last_s):
    return windows.rows(NOON + first_s * SECOND, NOON + last_s * SECOND)["count"].sum()


def test_rows_are_found_by_their_window():
    windows = Windows()
    windows.add(ended(0, 5, 10), NOON)
    assert count(windows, -10, 20) == 3
    assert count(windows, 1, 6) == 1
    assert count(windows, 20, 30) == 0


def test_rows_age_into_coarser_windows_and_then_leave():
    windows = Windows()
    windows.add(ended(0), NOON)
    for later_s, width_s in ((300, 10), (3 * 3_600, 60)):
        windows.add(ended(), NOON + later_s * SECOND)
        assert count(windows, -60, 60) == 1
        (window,) = windows.rows(NOON - 60 * SECOND, NOON + 60 * SECOND)["window_ns"]
        assert window % (width_s * SECOND) == 0
    windows.add(ended(), NOON + 3 * 86_400 * SECOND)
    assert count(windows, -60, 60) == 0


def test_what_comes_late_is_in_the_windows_of_what_came_in_time():
    for later_s, width_s in ((300, 10), (3 * 3_600, 60)):
        windows = Windows()
        windows.add(ended(7), NOON)
        windows.add(ended(), NOON + later_s * SECOND)
        windows.add(ended(7, 8, later_s), NOON + later_s * SECOND)
        found = windows.rows(NOON - 60 * SECOND, NOON + 60 * SECOND)
        assert set(found["window_ns"]) == {NOON // (width_s * SECOND) * width_s * SECOND}
        assert found["count"].sum() == 3
        assert count(windows, later_s - 1, later_s + 1) == 1


def test_after_a_restart_what_ended_before_it_is_as_coarse_as_what_was_kept():
    windows = Windows()
    windows.restore(coarsen(ended(13, 17), 10 * SECOND), NOON + 18 * SECOND)
    windows.add(ended(12, 19, 20), NOON + 21 * SECOND)
    found = windows.rows(NOON, NOON + 60 * SECOND).group_by("window_ns").agg(pl.col("count").sum())
    assert sorted(found.rows()) == [(NOON + 10 * SECOND, 4), (NOON + 20 * SECOND, 1)]


def test_many_small_deltas_are_laid_together():
    windows = Windows()
    for _ in range(200):
        windows.add(ended(0), NOON)
    assert count(windows, -10, 10) == 200
    assert isinstance(windows.rows(NOON, NOON), pl.DataFrame)

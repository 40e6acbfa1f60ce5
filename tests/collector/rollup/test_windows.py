import polars as pl

from spanwise_collector.rollup.fold import fold
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


def test_many_small_deltas_are_laid_together():
    windows = Windows()
    for _ in range(200):
        windows.add(ended(0), NOON)
    assert count(windows, -10, 10) == 200
    assert isinstance(windows.rows(NOON, NOON), pl.DataFrame)

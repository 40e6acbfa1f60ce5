from spanwise_collector.rollup.fold import fold
from spanwise_collector.rollup.series import SeriesBook
from spanwise_collector.rollup.slices import Slices
from spanwise_collector.rollup.windows import Windows
from spanwise_schema.measures import RECORDED
from tests.support.rows import NOON, SECOND, batch, row

DURATION = RECORDED.index("llm.duration")


def ended(book, *seconds):
    return fold(batch(*(row(n, at_s=at_s) for n, at_s in enumerate(seconds, 1))), book).delta


def seen(slices, first_s, last_s):
    (layers,) = slices.between([(NOON + first_s * SECOND, NOON + last_s * SECOND)])
    return sum(int(layer[DURATION].seen.sum()) for layer in layers if DURATION in layer)


def test_a_slice_holds_what_the_windows_hold_at_every_age():
    book, windows = SeriesBook(), Windows()
    windows.add(ended(book, 0, 5, 10), NOON)
    slices = Slices(windows)
    for now_s in (0, 300, 3 * 3_600):
        windows.add(ended(book), NOON + now_s * SECOND)
        for first_s, last_s in ((-10, 20), (1, 6), (-60, 0), (20, 30)):
            rows = windows.rows(NOON + first_s * SECOND, NOON + last_s * SECOND)
            assert seen(slices, first_s, last_s) == rows["count"].sum()


def test_what_did_not_change_is_not_added_up_again():
    book, windows = SeriesBook(), Windows()
    windows.add(ended(book, 0), NOON)
    windows.add(ended(book), NOON + 300 * SECOND)
    slices = Slices(windows)
    span = (NOON - 60 * SECOND, NOON + 301 * SECOND)
    (before,) = slices.between([span])
    windows.add(ended(book, 300), NOON + 301 * SECOND)
    (after,) = slices.between([(span[0], span[1] + SECOND)])
    assert after[1] is before[1]
    assert after[0] is not before[0]

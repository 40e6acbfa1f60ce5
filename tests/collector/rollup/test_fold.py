import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from spanwise_collector.rollup.fold import DELTA, coarsen, fold
from spanwise_collector.rollup.series import SeriesBook
from tests.support.rows import NOON, SECOND, batch, row

KEYS = ["window_ns", "series", "measure", "bucket", "le"]


def merged(deltas):
    whole = pl.concat(deltas).group_by(KEYS).agg(pl.col("count").sum(), pl.col("sum").sum(), pl.col("max").max())
    return whole.sort(KEYS)


def test_other_spans_fold_to_nothing():
    delta = fold(batch(row(1, None), row(2, "agent")), SeriesBook()).delta
    assert delta.height == 0
    assert dict(delta.schema) == DELTA


def test_a_call_gives_a_row_for_each_thing_measured():
    delta = fold(batch(row(1, input_tokens=3, cost_pico_usd=7)), SeriesBook()).delta
    assert sorted(delta["sum"]) == [3, 7, SECOND]
    assert delta["count"].to_list() == [1, 1, 1]


calls = st.tuples(st.integers(0, 10), st.sampled_from(["a", "b"]), st.floats(0, 1e4), st.none() | st.integers(0, 10**9))


@given(st.lists(calls, min_size=1, max_size=30), st.integers(1, 29), st.randoms())
def test_order_and_batching_do_not_matter(told, cut, dice):
    rows = [
        row(n, model=model, at_s=at_s, took_s=took_s, input_tokens=tokens)
        for n, (at_s, model, took_s, tokens) in enumerate(told, 1)
    ]
    book = SeriesBook()
    at_once = fold(batch(*rows), book).delta
    dice.shuffle(rows)
    parts = [fold(batch(*part), book).delta for part in (rows[:cut], rows[cut:]) if part]
    assert merged(parts).equals(merged([at_once]))


def test_coarser_windows_keep_every_count_and_sum():
    delta = fold(batch(*(row(n, at_s=n) for n in range(1, 25))), SeriesBook()).delta
    coarse = coarsen(delta, 10 * SECOND)
    assert coarse["count"].sum() == 24
    assert coarse["sum"].sum() == delta["sum"].sum()
    assert set(coarse["window_ns"] % (10 * SECOND)) == {0}
    assert coarse["window_ns"].min() <= NOON + SECOND

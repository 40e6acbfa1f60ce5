import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from spanwise_collector.rollup.sketch import ALPHA, ZERO, buckets, middle, quantile


@given(st.lists(st.integers(min_value=1, max_value=2**62), min_size=1))
def test_the_middle_of_a_bucket_is_within_alpha_of_every_value(values):
    numbers = np.array(values, dtype=np.int64)
    middles = pl.DataFrame({"bucket": buckets(numbers)}).select(middle(pl.col("bucket"))).to_series().to_numpy()
    assert (np.abs(middles - numbers) <= ALPHA * 1.0001 * numbers).all()


def test_zero_has_a_bucket_of_its_own():
    assert buckets(np.array([0, 1, 2])).tolist()[:2] == [ZERO, 0]
    assert pl.DataFrame({"b": [ZERO]}).select(middle(pl.col("b"))).item() == 0


def rows(*bucket_count_sum):
    return pl.DataFrame(list(bucket_count_sum), schema=["bucket", "count", "sum"], orient="row")


def test_a_bucket_of_one_gives_the_value_itself():
    two = rows((10, 1, 1_000), (20, 1, 3_000))
    assert quantile(two.with_columns(point=0), ["point"], 0.5)["value"].to_list() == [2_000]
    assert quantile(two.with_columns(point=0), ["point"], 1.0)["value"].to_list() == [3_000]


def test_groups_do_not_mix():
    both = pl.concat([rows((5, 1, 7)).with_columns(g=pl.lit("a")), rows((5, 1, 9)).with_columns(g=pl.lit("b"))])
    assert sorted(quantile(both, ["g"], 0.95).rows()) == [("a", 7.0), ("b", 9.0)]

"""Log buckets: counts that merge by adding, and give quantiles within 1 %.

A value v >= 1 lies in bucket ceil(log_gamma(v)); zero has a bucket of its own. The middle of a bucket is at
most ALPHA away from every value in it (Masson, Rim, Lee: DDSketch, VLDB 2019). A bucket of one value gives that
value itself.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

ALPHA: Final = 0.0075
GAMMA: Final = (1 + ALPHA) / (1 - ALPHA)
ZERO: Final = -1
_LOG_GAMMA: Final = math.log(GAMMA)


def buckets(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int16]:
    """Give the bucket of each value; values are whole numbers >= 0."""
    logs = np.log(np.maximum(values, 1).astype(np.float64))
    index = np.ceil(logs / _LOG_GAMMA).astype(np.int16)
    return np.where(values > 0, index, np.int16(ZERO)).astype(np.int16)


def middle(bucket: pl.Expr) -> pl.Expr:
    """Give the value that stands for a bucket: 2 * gamma^i / (gamma + 1)."""
    value = (bucket.cast(pl.Float64) * _LOG_GAMMA).exp() * (2 / (GAMMA + 1))
    return pl.when(bucket == ZERO).then(0.0).otherwise(value)


def quantile(rows: pl.DataFrame, by: list[str], q: float) -> pl.DataFrame:
    """Interpolate linearly between the two ranks next to q * (n - 1), as numpy does by default.

    Args:
        rows: `by` columns, `bucket`, `count`, `sum`; one row for each group and bucket.
        by: what makes a group.
        q: from 0 to 1.

    Returns:
        `by` columns and `value`, one row a group.
    """
    value = pl.when(pl.col("count") == 1).then(pl.col("sum").cast(pl.Float64)).otherwise(middle(pl.col("bucket")))
    ranked = rows.sort([*by, "bucket"]).with_columns(
        value.alias("value"),
        _over(pl.col("count").cum_sum(), by).alias("upto"),
        (_over(pl.col("count").sum(), by) - 1).cast(pl.Float64).mul(q).alias("rank"),
    )
    low = ranked.filter(pl.col("upto") > pl.col("rank").floor())
    high = ranked.filter(pl.col("upto") > pl.col("rank").ceil())
    first: Any = {"maintain_order": True}
    lows = low.group_by(by, **first).agg(pl.col("value").first().alias("low"), pl.col("rank").first())
    highs = high.group_by(by, **first).agg(pl.col("value").first().alias("high"))
    share = pl.col("rank") - pl.col("rank").floor()
    return lows.join(highs, on=by).select(
        *by, (pl.col("low") + (pl.col("high") - pl.col("low")) * share).alias("value")
    )


def _over(expression: pl.Expr, by: list[str]) -> pl.Expr:
    return expression.over(by) if by else expression

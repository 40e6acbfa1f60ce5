"""Calls that are told apart by labels of their own: those without a price, and those that were made again."""

from __future__ import annotations

from typing import Final

import polars as pl

from spanwise_schema.measures import Dimension
from spanwise_schema.metrics import OTHER, RETRIES, UNPRICED_CALLS

_LIMIT: Final = 1_000


class Counted:
    """Counts some calls by label values: -> [calls, the sum of an amount]; too many go to `__other__`.

    Args:
        by: dimensions, in the order of the label values.
        wanted: which rows count.
        amount: what is summed of them, a whole number; null adds nothing.
    """

    def __init__(self, by: tuple[Dimension, ...], wanted: pl.Expr, amount: pl.Expr) -> None:
        self.of: dict[tuple[str, ...], list[int]] = {}
        self._wanted = wanted
        self._keys = [pl.col(dimension).fill_null("") for dimension in by]
        self._counts = [pl.len(), amount.sum().alias("amount")]

    def add(self, frame: pl.DataFrame) -> None:
        """Count the wanted rows (columns STORED)."""
        rows = frame.filter(self._wanted)
        if not rows.height:
            return
        for *labels, calls, amount in rows.group_by(self._keys).agg(self._counts).iter_rows():
            key = tuple(labels)
            if key not in self.of and len(self.of) >= _LIMIT:
                key = (OTHER,) * len(self._keys)
            row = self.of.setdefault(key, [0, 0])
            row[0] += calls
            row[1] += amount


def unpriced() -> Counted:
    """Count calls without a price and their tokens, so that nobody takes them for free."""
    tokens = pl.sum_horizontal("input_tokens", "output_tokens", ignore_nulls=True)
    return Counted(UNPRICED_CALLS.dimensions, pl.col("cost_source") == "unpriced", tokens)


def retried() -> Counted:
    """Count calls that were made again and what that cost, in 1e-12 USD."""
    return Counted(RETRIES.dimensions, pl.col("resends") > 0, pl.col("cost_pico_usd"))

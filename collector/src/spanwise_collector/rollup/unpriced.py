"""What has no price: calls and tokens by model, so that nobody takes them for free."""

from __future__ import annotations

from typing import Final

import polars as pl

from spanwise_schema.metrics import OTHER, UNPRICED_CALLS

_LIMIT: Final = 1_000
_BY: Final = UNPRICED_CALLS.dimensions


class Unpriced:
    """Counts unpriced calls: label values of UNPRICED_CALLS -> [calls, tokens]; too many go to `__other__`."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, ...], list[int]] = {}

    def add(self, frame: pl.DataFrame) -> None:
        """Count the rows whose `cost_source` is "unpriced"."""
        rows = frame.filter(pl.col("cost_source") == "unpriced")
        if not rows.height:
            return
        tokens = pl.sum_horizontal("input_tokens", "output_tokens", ignore_nulls=True)
        keys = [pl.col(dimension).fill_null("") for dimension in _BY]
        for *labels, calls, count in rows.group_by(keys).agg(pl.len(), tokens.sum().alias("tokens")).iter_rows():
            key = tuple(labels)
            if key not in self.of and len(self.of) >= _LIMIT:
                key = (OTHER,) * len(_BY)
            row = self.of.setdefault(key, [0, 0])
            row[0] += calls
            row[1] += count

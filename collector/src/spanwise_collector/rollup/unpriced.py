"""What has no price: calls and tokens by provider and model, so that nobody takes them for free."""

from __future__ import annotations

from typing import Final

import polars as pl

from spanwise_schema.metrics import OTHER

_LIMIT: Final = 1_000


class Unpriced:
    """Counts unpriced calls: (provider, model) -> [calls, tokens]; what is over the limit goes to `__other__`."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, str], list[int]] = {}

    def add(self, frame: pl.DataFrame) -> None:
        """Count the rows whose `cost_source` is "unpriced"."""
        rows = frame.filter(pl.col("cost_source") == "unpriced")
        if not rows.height:
            return
        tokens = pl.sum_horizontal("input_tokens", "output_tokens", ignore_nulls=True)
        keys = [pl.col("provider").fill_null(""), pl.col("model").fill_null("")]
        for provider, model, calls, count in (
            rows.group_by(keys).agg(pl.len(), tokens.sum().alias("tokens")).iter_rows()
        ):
            key = (provider, model)
            if key not in self.of and len(self.of) >= _LIMIT:
                key = (OTHER, OTHER)
            row = self.of.setdefault(key, [0, 0])
            row[0] += calls
            row[1] += count

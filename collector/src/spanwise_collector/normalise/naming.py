"""The operation of a span that only its name tells: `chat gpt-4o`, `litellm_request`."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import polars as pl

from spanwise_collector.normalise import vocabulary
from spanwise_collector.normalise.recognise import PLACE
from spanwise_collector.normalise.registry import DIALECTS, NO_DIALECT

_LONGEST: Final = 64
"""Characters of a name that are read: no table has a longer one."""
_REMEMBERED: Final = 4096


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """Take the operation from the span's name where a span of a dialect does not state it."""
    silent = frame.select((pl.col(PLACE) != NO_DIALECT) & pl.col("operation").is_null()).to_series().arg_true()
    if not len(silent):
        return frame
    told: list[str | None] = [None] * frame.height
    for row, place, name in zip(silent, *frame.select(PLACE, "name")[silent].get_columns(), strict=True):
        told[row] = None if name is None else operation_of(place, name[:_LONGEST])
    return frame.with_columns(pl.coalesce("operation", pl.Series(told, dtype=pl.String)).alias("operation"))


@lru_cache(_REMEMBERED)
def operation_of(place: int, name: str) -> str | None:
    """Say which operation a span of the dialect at this place is named after, by the whole name or its first word."""
    names = DIALECTS[place].names
    word = next(iter(name.split(maxsplit=1)), "")
    return names.get(name) or names.get(word) or (word if word in vocabulary.NAMING else None)

"""The operation of a span that only its name tells: `chat gpt-4o`, `litellm_request`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from spanwise_collector.normalise import vocabulary
from spanwise_collector.normalise.recognise import PLACE
from spanwise_collector.normalise.registry import DIALECTS, NO_DIALECT

_SPEAKS: Final = pl.col(PLACE) != NO_DIALECT
_NAMED: Final = pl.col("name")
_WORD: Final = _NAMED.str.extract(r"^(\S+)")


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """Take the operation from the span's name where a span of a dialect does not state it."""
    silent = frame.select((_SPEAKS & pl.col("operation").is_null()).any()).item()
    if not silent:
        return frame
    places: list[int] = frame[PLACE].unique().to_list()
    told = [
        pl.when(pl.col(PLACE) == place).then(
            pl.coalesce(*(_meaning(text, DIALECTS[place].names) for text in (_NAMED, _WORD)))
        )
        for place in places
        if place != NO_DIALECT and DIALECTS[place].names
    ]
    standard = pl.when(_SPEAKS & _WORD.is_in(vocabulary.NAMING)).then(_WORD)
    return frame.with_columns(pl.coalesce("operation", *told, standard))


def _meaning(text: pl.Expr, names: Mapping[str, str]) -> pl.Expr:
    return text.replace_strict(list(names), list(names.values()), default=None, return_dtype=pl.String)

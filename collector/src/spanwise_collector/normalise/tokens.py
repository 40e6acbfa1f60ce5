"""Make token counts mean the same whoever wrote them: input includes the cache, output includes reasoning."""

from __future__ import annotations

from typing import Final

import polars as pl

_INPUT, _OUTPUT = pl.col("input_tokens"), pl.col("output_tokens")
_CACHE, _THOUGHTS = pl.col("cache_tokens"), pl.col("thought_tokens")
_BEYOND = pl.col("beyond")
_EMITTER_CACHE, _API_CACHE = pl.col("emitter_cache"), pl.col("api_cache")
_CACHE_APART, _THOUGHTS_APART = pl.col("cache_apart"), pl.col("thoughts_apart")

_TOLD: Final = (
    pl.max_horizontal("input_tokens", "output_tokens", "total_tokens", "cache_read_tokens", "cache_write_tokens") > 0
)
"""A call takes at least one token: emitters that were not told of any write zeros."""

_NO_CACHE: Final = (pl.col("cache_read_tokens") == 0) & (pl.col("cache_write_tokens") == 0)

_WRITTEN: Final = pl.coalesce("cache_write_5m_tokens", 0) + pl.coalesce("cache_write_1h_tokens", 0)
_WRITE: Final = pl.col("cache_write_tokens")
# Some emitters tell only what was written for 5 minutes and for an hour, beside a sum of 0 or none.
_WHOLE: Final = pl.when(_WRITE.fill_null(0) < _WRITTEN).then(_WRITTEN).otherwise(_WRITE).alias("cache_write_tokens")

_PARTS: Final = (
    (pl.col("cache_read_tokens").fill_null(0) + pl.col("cache_write_tokens").fill_null(0)).alias("cache_tokens"),
    pl.col("reasoning_tokens").fill_null(0).alias("thought_tokens"),
    (pl.col("total_tokens") - _INPUT - _OUTPUT).alias("beyond"),
)
_BOTH_BEYOND: Final = (_BEYOND == _CACHE + _THOUGHTS) & (_THOUGHTS > 0)
_CACHE_BEYOND: Final = (_BEYOND == _CACHE) & ((_CACHE != _THOUGHTS) | (_API_CACHE != "inside").fill_null(value=True))
_THOUGHTS_BEYOND: Final = (_BEYOND == _THOUGHTS) & ((_CACHE != _THOUGHTS) | (_API_CACHE == "inside"))
# What the emitter does is known first, of its provider only where nothing speaks against it.
_THOUGHTS_RULE: Final = pl.coalesce(
    "emitter_thoughts", pl.when((_BEYOND != 0).fill_null(value=True)).then(pl.col("api_thoughts"))
)
_APART: Final = (
    # A part is never more than the whole.
    ((_CACHE > _INPUT) | ((_CACHE > 0) & ((_EMITTER_CACHE == "outside") | _CACHE_BEYOND | _BOTH_BEYOND)))
    .fill_null(value=False)
    .alias("cache_apart"),
    (
        (_THOUGHTS > _OUTPUT)
        | ((_THOUGHTS > 0) & ((_THOUGHTS_RULE == "outside") | _THOUGHTS_BEYOND | ((_CACHE > 0) & _BOTH_BEYOND)))
    )
    .fill_null(value=False)
    .alias("thoughts_apart"),
)
_BASIS: Final = (
    pl.when(_INPUT.is_null() & _OUTPUT.is_null())
    .then(None)
    .when(pl.col("tokens_estimated"))
    .then(pl.lit("estimated"))
    .when(_CACHE_APART | _THOUGHTS_APART)
    .then(pl.lit("fixed"))
    .when((_EMITTER_CACHE == "inside") | (_NO_CACHE | (_EMITTER_CACHE.is_null() & (_API_CACHE == "inside"))))
    .then(pl.lit("inclusive"))
    .otherwise(pl.lit("assumed"))
)
_RESOLVED: Final = (
    (_INPUT + pl.when(_CACHE_APART).then(_CACHE).otherwise(0)).alias("input_tokens"),
    (_OUTPUT + pl.when(_THOUGHTS_APART).then(_THOUGHTS).otherwise(0)).alias("output_tokens"),
    _BASIS.alias("token_basis"),
)


def resolve(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Correct the token counts of model calls and say how far they can be trusted.

    Takes, beside the token columns, `total_tokens`, `tokens_estimated` and `counting.COLUMNS`. Adds `token_basis`:
    `estimated` (the emitter counted itself), `fixed` (cache or reasoning was apart and is now included),
    `inclusive` (known to be), `assumed` (nothing speaks against it).
    Source: how providers and instrumentations count, as observed; a reported total only ever proves `apart`,
    because some emitters sum up a wrong total themselves.
    """
    told = (pl.when(_TOLD).then(pl.col(name)).alias(name) for name in ("input_tokens", "output_tokens"))
    told_all = frame.with_columns(_WHOLE).with_columns(told)
    return told_all.with_columns(_PARTS).with_columns(_APART).with_columns(_RESOLVED)

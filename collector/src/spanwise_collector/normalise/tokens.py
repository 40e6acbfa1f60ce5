"""Make token counts mean the same whoever wrote them: input includes the cache, output includes reasoning."""

from __future__ import annotations

from typing import Final

import polars as pl

_INCLUSIVE_AT_SOURCE: Final = frozenset({
    "azure.ai.openai", "deepseek", "gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai", "groq", "mistral_ai", "openai",
})  # fmt: skip
"""Providers whose own API counts cached input tokens in, so that no emitter can have left them out."""

_INPUT, _OUTPUT = pl.col("input_tokens"), pl.col("output_tokens")
_CACHE, _REASONING = pl.col("cache_tokens"), pl.col("thought_tokens")
_CACHE_APART, _REASONING_APART = pl.col("cache_apart"), pl.col("reasoning_apart")

_NO_CACHE: Final = (pl.col("cache_read_tokens") == 0) & (pl.col("cache_write_tokens") == 0)

_PARTS: Final = (
    (pl.col("cache_read_tokens").fill_null(0) + pl.col("cache_write_tokens").fill_null(0)).alias("cache_tokens"),
    pl.col("reasoning_tokens").fill_null(0).alias("thought_tokens"),
    (pl.col("total_tokens") - _INPUT - _OUTPUT).alias("beyond"),
)
_APART: Final = (
    # A part is never more than the whole.
    ((_CACHE > _INPUT) | ((_CACHE > 0) & ((pl.col("emitter") == "exclusive") | (pl.col("beyond") == _CACHE))))
    .fill_null(value=False)
    .alias("cache_apart"),
    ((_REASONING > _OUTPUT) | ((_REASONING > 0) & (pl.col("beyond") == _REASONING) & (_CACHE != _REASONING)))
    .fill_null(value=False)
    .alias("reasoning_apart"),
)
_BASIS: Final = (
    pl.when(_INPUT.is_null() & _OUTPUT.is_null())
    .then(None)
    .when(pl.col("tokens_estimated"))
    .then(pl.lit("estimated"))
    .when(_CACHE_APART | _REASONING_APART)
    .then(pl.lit("fixed"))
    .when(pl.col("emitter").is_not_null() | pl.col("at_source").is_not_null() | _NO_CACHE)
    .then(pl.lit("inclusive"))
    .otherwise(pl.lit("assumed"))
)
_RESOLVED: Final = (
    (_INPUT + pl.when(_CACHE_APART).then(_CACHE).otherwise(0)).alias("input_tokens"),
    (_OUTPUT + pl.when(_REASONING_APART).then(_REASONING).otherwise(0)).alias("output_tokens"),
    _BASIS.alias("token_basis"),
)


def resolve(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Correct the token counts of model calls and say how far they can be trusted.

    Takes, beside the token columns, `total_tokens`, `tokens_estimated`, `emitter` (`registry.basis_of`) and
    `at_source`. Adds `token_basis`: `estimated` (the emitter counted itself), `fixed` (cache or reasoning was
    apart and is now included), `inclusive` (known to be), `assumed` (nothing speaks against it).
    Source: how providers and instrumentations count, as observed; a reported total only ever proves `apart`,
    because some emitters sum up a wrong total themselves.
    """
    return frame.with_columns(_PARTS).with_columns(_APART).with_columns(_RESOLVED)


def at_source(provider: str | None) -> str | None:
    """Name the provider if its own API counts cached input tokens in, else null."""
    return provider if provider in _INCLUSIVE_AT_SOURCE else None

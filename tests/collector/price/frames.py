"""Frames of calls, one keyword a column."""

from collections.abc import Mapping

import polars as pl

from spanwise_schema.columns import CALL, SPAN, Kind

START_NS = 1_790_000_000_000_000_000

_DTYPE: Mapping[Kind, type[pl.DataType]] = {"bytes": pl.Binary, "str": pl.String, "i64": pl.Int64, "bool": pl.Boolean}
_SCHEMA = {name: _DTYPE[kind] for name, kind in {**SPAN, **CALL}.items()}
_CALL = {
    "category": "llm",
    "operation": "chat",
    "provider": "openai",
    "model": "gpt-4o",
    "start_ns": START_NS,
    "input_tokens": 1000,
    "output_tokens": 100,
}


def calls(*rows: Mapping[str, object]) -> pl.DataFrame:
    """Build what normalise hands on: calls of gpt-4o that differ by what is given."""
    return pl.DataFrame([{**_CALL, **row} for row in rows], schema=_SCHEMA)

"""Frames of one trace's spans, one keyword a column."""

from collections.abc import Mapping

import polars as pl

from spanwise_schema.columns import STORED, Kind

SECOND_NS = 1_000_000_000
_DTYPE: Mapping[Kind, type[pl.DataType]] = {"bytes": pl.Binary, "str": pl.String, "i64": pl.Int64, "bool": pl.Boolean}
_SCHEMA = {name: _DTYPE[kind] for name, kind in STORED.items()}


def span(number: int, start_s: float, end_s: float, *, parent: int | None = None, **columns: object):
    """Describe one span of the trace by its number and its seconds."""
    return {
        "trace_id": bytes(16),
        "span_id": number.to_bytes(8, "big"),
        "parent_span_id": None if parent is None else parent.to_bytes(8, "big"),
        "name": f"span {number}",
        "start_ns": round(start_s * SECOND_NS),
        "end_ns": round(end_s * SECOND_NS),
        **columns,
    }


def frame(*spans: Mapping[str, object]) -> pl.DataFrame:
    """Build the frame with all columns of STORED."""
    return pl.DataFrame(list(spans), schema=_SCHEMA)

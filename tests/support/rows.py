"""Rows of a normalised and priced batch, one call in a line."""

from __future__ import annotations

import polars as pl

from spanwise_schema.columns import STORED

_TYPES = {"bytes": pl.Binary, "str": pl.String, "i64": pl.Int64, "f64": pl.Float64, "bool": pl.Boolean}
SCHEMA = {name: _TYPES[kind] for name, kind in STORED.items()}
SECOND = 1_000_000_000
NOON = 1_790_000_000 * SECOND


def row(number: int, category: str | None = "llm", *, trace: int = 1, parent: int | None = 0, **values) -> dict:
    """One span; times in seconds after NOON: `at_s` (its end) and `took_s`."""
    at_s, took_s = values.pop("at_s", 0.0), values.pop("took_s", 1.0)
    end_ns = NOON + round(at_s * SECOND)
    base = dict.fromkeys(STORED)
    return {
        **base,
        "trace_id": trace.to_bytes(16, "big"),
        "span_id": number.to_bytes(8, "big"),
        "parent_span_id": None if parent is None else (parent or 99).to_bytes(8, "big"),
        "name": "a span",
        "category": category,
        "service": "shop",
        "start_ns": end_ns - round(took_s * SECOND),
        "end_ns": end_ns,
        "duration_ns": round(took_s * SECOND),
        "raw": b"",
        "resource": b"",
        **values,
    }


def batch(*rows: dict) -> pl.DataFrame:
    """A batch of rows, columns STORED."""
    return pl.DataFrame(list(rows), schema=SCHEMA)

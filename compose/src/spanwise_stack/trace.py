"""A trace as the collector's API tells it, as a frame that the analysis reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from spanwise_schema.columns import STORED, Kind
from spanwise_schema.money import to_pico

_TYPES: Final[dict[Kind, pl.DataType]] = {
    "bytes": pl.Binary(),
    "str": pl.String(),
    "i64": pl.Int64(),
    "f64": pl.Float64(),
    "bool": pl.Boolean(),
    "strings": pl.List(pl.String()),
}


def frame(trace: Mapping[str, Any]) -> pl.DataFrame:
    """Make a frame with the columns STORED; `raw` and `resource`, which the API takes apart, are null.

    Args:
        trace: the answer of `GET /api/v1/traces/{trace_id}`.
    """
    rows = [_row(span, bytes.fromhex(trace["trace_id"])) for span in trace["spans"]]
    return pl.DataFrame(rows, schema={name: _TYPES[kind] for name, kind in STORED.items()})


def _row(span: Mapping[str, Any], trace_id: bytes) -> dict[str, Any]:
    parent, cost = span["parent_span_id"], span["cost_usd"]
    return {
        **dict.fromkeys(STORED),
        **span["call"],
        "trace_id": trace_id,
        "span_id": bytes.fromhex(span["span_id"]),
        "parent_span_id": bytes.fromhex(parent) if parent else None,
        "name": span["name"],
        "start_ns": span["start_ns"],
        "end_ns": span["end_ns"],
        "cost_pico_usd": None if cost is None else to_pico(cost),
        "cost_source": span["cost_source"],
    }

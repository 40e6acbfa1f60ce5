"""Decoded frames, one keyword a column."""

from collections.abc import Mapping

import polars as pl

from spanwise_collector.normalise import WANTED
from spanwise_collector.normalise.compile import DTYPE
from spanwise_schema.columns import CALL, SPAN

START_NS = 1_790_000_000_000_000_000
SECOND_NS = 1_000_000_000

_SPAN = {
    "trace_id": bytes(15) + b"1",
    "span_id": bytes(7) + b"1",
    "parent_span_id": None,
    "name": "chat gpt-4o",
    "kind": 3,
    "start_ns": START_NS,
    "end_ns": START_NS + 2 * SECOND_NS,
    "status_code": 0,
    "status_message": None,
    "scope_name": "acme.tracer",
    "scope_version": None,
    "resource": b"",
    "raw": b"raw",
}


def decoded(*spans: Mapping[str, object]) -> pl.DataFrame:
    """Build what decode hands on: bare keys are attributes, `resource.` and SPAN names are themselves."""
    rows = [{**_SPAN, **{_column(key): value for key, value in span.items()}} for span in spans]
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in names or SPAN},
        schema={name: _dtype(name) for name in names or SPAN},
    )


def only(frame: pl.DataFrame) -> dict[str, object]:
    """Take the columns that normalise added to the only span."""
    assert frame.height == 1
    row = frame.row(0, named=True)
    return {name: row[name] for name in CALL}


def _column(key: str) -> str:
    return key if key in SPAN or key.startswith(("resource.", "event.")) else f"attribute.{key}"


def _dtype(column: str) -> object:
    if column in SPAN:
        return DTYPE[SPAN[column]]
    if column == "event.exception.type":
        return pl.String
    family, _, key = column.partition(".")
    kind = (WANTED.attributes if family == "attribute" else WANTED.resource)[key]
    return pl.List(pl.String) if kind == "strings" else DTYPE[kind]

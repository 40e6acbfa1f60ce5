"""Write into a batch what was decided: the scope of each span, and null for the numbers that another span told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanwise_collector.resolve.trace import Total
from spanwise_schema.columns import STORED, Kind
from spanwise_schema.measures import DIMENSIONS

Labels = tuple[str | None, ...]
"""Values of DIMENSIONS, in their order."""

AGENT: Final = "agent"
"""The column `signal` of what an agent told as the sum of its calls, where it counts."""

_DTYPE: Final[dict[Kind, type[pl.DataType]]] = {
    "bytes": pl.Binary, "str": pl.String, "i64": pl.Int64, "f64": pl.Float64, "bool": pl.Boolean,
}  # fmt: skip
_USAGE: Final = (*(name for name in STORED if name.endswith("_tokens")), "token_basis")
_COST: Final = ("cost_pico_usd", "cost_source", "price_version")
_SUM: Final = ("trace_id", "span_id", "end_ns", "conversation_id", "user", *DIMENSIONS, *_USAGE, *_COST)
_ROW: Final = {name: _DTYPE[kind] for name, kind in STORED.items()}
_NO_ROWS: Final = pl.DataFrame(schema=_ROW)
_TOLD: Final = pl.col("input_tokens").is_not_null() | pl.col("output_tokens").is_not_null()
_SCOPE: Final = (
    pl.when(pl.col("category") == "llm")
    .then(pl.coalesce("token_scope", pl.lit("leaf")))
    .when(pl.col("category").is_in(("agent", "workflow")) & _TOLD)
    .then(pl.lit("rollup"))
    .alias("token_scope")
)
_Mask = npt.NDArray[np.bool_]


class Verdict(NamedTuple):
    """What is decided of a call that has to do with another.

    Attributes:
        row: its place in the batch.
        called: it is a call of its own.
        usage: its tokens count.
        cost: its cost counts.
        ttft: its time to the first chunk counts.
        labels: values of DIMENSIONS of the call that it is a duplicate of; null where they are not known any more.
        end_ns: when that ended.
    """

    row: int
    called: bool
    usage: bool
    cost: bool
    ttft: bool
    labels: Labels | None
    end_ns: int


def scoped(frame: pl.DataFrame) -> pl.DataFrame:
    """Say of each span what it is by itself: `leaf`, `rollup`, or `none` where normalise said so; null for others."""
    return frame.with_columns(_SCOPE)


def totals(frame: pl.DataFrame) -> Iterator[tuple[bytes, Total]]:
    """Read what agents and workflows told as the sum of their calls: trace id and total."""
    is_told = frame["token_scope"].eq_missing("rollup")
    if not is_told.any():
        return
    told = frame.filter(is_told)
    spans = told["span_id"].bin.reinterpret(dtype=pl.UInt64)
    starts = told.select(pl.coalesce("start_ns", "end_ns", 0)).to_series()
    rows = told.select(_SUM).iter_rows(named=True)
    for span, start_ns, dialect, row in zip(spans, starts, told["dialect"], rows, strict=True):
        yield row["trace_id"], Total(span, start_ns, row, dialect)


def rows_of(counted: Sequence[Total]) -> pl.DataFrame:
    """Make spans of totals that count: columns STORED, each below its agent, of no length, `token_scope` "usage"."""
    return pl.DataFrame([_sum_row(total) for total in counted], schema=_ROW) if counted else _NO_ROWS


def _sum_row(total: Total) -> dict[str, Any]:
    row = total.row
    span_id = blake2b(row["trace_id"] + row["span_id"], digest_size=8).digest()
    ids = {"trace_id": row["trace_id"], "span_id": span_id, "parent_span_id": row["span_id"]}
    name = "usage told by " + (row["agent"] or "an agent")
    told = KeyValue(key="spanwise.signal", value=AnyValue(string_value=AGENT))
    times = {"start_time_unix_nano": row["end_ns"], "end_time_unix_nano": row["end_ns"]}
    raw = Span(**ids, **times, name=name, kind=Span.SPAN_KIND_INTERNAL, attributes=[told])
    made = {"name": name, "kind": raw.kind, "status_code": 0, "resource": b"", "raw": raw.SerializeToString()}
    said = {"category": "llm", "token_scope": "usage", "signal": AGENT, "dialect": total.dialect}
    return {**dict.fromkeys(_ROW), **row, **ids, **made, **said, "start_ns": row["end_ns"]}


def repeated(frame: pl.DataFrame) -> list[tuple[int, int, int]]:
    """Count the answers from a cache, and the tokens and pico-USD that they would have added; nothing where none is."""
    is_none = frame["token_scope"].eq_missing("none")
    if not is_none.any():
        return []
    none = frame.filter(is_none)
    return [(none.height, _sum(none["input_tokens"]) + _sum(none["output_tokens"]), _sum(none["cost_pico_usd"]))]


def _sum(numbers: pl.Series) -> int:
    return int(numbers.sum())


def write(frame: pl.DataFrame, verdicts: Sequence[Verdict]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the batch as it is stored and as it is counted: see `Resolved`."""
    scope = frame["token_scope"]
    idle: _Mask = (scope.eq_missing("rollup") | scope.eq_missing("none")).to_numpy()
    if not verdicts and not idle.any():
        return frame, frame
    usage, cost, ttft = idle.copy(), idle.copy(), idle.copy()
    again = np.zeros(frame.height, bool)
    for verdict in verdicts:
        usage[verdict.row], cost[verdict.row], ttft[verdict.row] = not verdict.usage, not verdict.cost, not verdict.ttft
        again[verdict.row] = not verdict.called
    stored = frame.with_columns(
        pl.when(pl.lit(pl.Series(again))).then(pl.lit("duplicate")).otherwise(scope).alias("token_scope"),
        *_without(usage, _USAGE),
        *_without(cost, _COST),
        *_without(ttft, ("ttft_ns",)),
    )
    return stored, _counted(stored, again, idle, [verdict for verdict in verdicts if not verdict.called])


def _without(mask: _Mask, names: Sequence[str]) -> Iterator[pl.Expr]:
    drop = pl.lit(pl.Series(mask))
    return (pl.when(~drop).then(pl.col(name)).alias(name) for name in names)


def _counted(stored: pl.DataFrame, again: _Mask, idle: _Mask, verdicts: Sequence[Verdict]) -> pl.DataFrame:
    no_call = (again | idle) & (stored["category"] == "llm").fill_null(value=False).to_numpy()
    counted = stored.with_columns(_without(no_call, ("duration_ns",)))
    if not verdicts:
        return counted
    places = sorted(verdicts, key=lambda verdict: verdict.row)
    duplicates = counted.filter(pl.Series(again))
    own = duplicates.select(DIMENSIONS).rows()
    labels = [place.labels or mine for place, mine in zip(places, own, strict=True)]
    moved = duplicates.with_columns(
        pl.Series("end_ns", [place.end_ns for place in places], dtype=pl.Int64),
        *(
            pl.Series(name, values, dtype=pl.String)
            for name, values in zip(DIMENSIONS, zip(*labels, strict=True), strict=True)
        ),
    )
    return pl.concat([counted.filter(pl.Series(~again)), moved])

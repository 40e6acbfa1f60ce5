"""Where do the time, the tokens and the money of one run go?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from spanwise_schema.money import to_usd

_NANO: Final = 1_000_000_000
_SLOWEST: Final = 5
_OVERLAPPING: Final = pl.max_horizontal("start_ns", pl.col("end_ns").cum_max().shift(1))


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model or a tool."""

    span_id: bytes
    category: str
    name: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One run in numbers.

    Attributes:
        duration_s: from the first span's start to the last one's end.
        llm_share: share of that time in which a model was at work.
        tool_share: share in which a tool was at work and no model.
        own_share: the rest: the agent's own code, and waiting for nothing we see. The three sum to 1.
        steps: calls of models and tools.
        input_tokens: cached ones included.
        output_tokens: reasoning included.
        cost_usd: of the calls that have a price; null where none has.
        unpriced_calls: calls of a model whose cost is not known.
        slowest: the slowest calls, at most five, the slowest first.
    """

    duration_s: float
    llm_share: float
    tool_share: float
    own_share: float
    steps: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    unpriced_calls: int
    slowest: tuple[Call, ...]


def breakdown(spans: pl.DataFrame) -> Breakdown:
    """Break one run down. Takes its spans with the columns of `spanwise_schema.columns.STORED`, in any order.

    Calls that run side by side count once: shares are of the union of intervals, not of the sum of durations.
    Raises ValueError for no span, or for the spans of several traces.
    """
    traces = spans["trace_id"].n_unique()
    if traces != 1:
        raise ValueError(f"spans: {traces} traces; expected the spans of one")
    timed = spans.with_columns(end_ns=pl.max_horizontal("start_ns", "end_ns"))
    llm, calls = (timed.filter(pl.col("category").is_in(of)) for of in (("llm",), ("llm", "tool")))
    extent_ns = _number(timed, pl.col("end_ns").max() - pl.col("start_ns").min())
    llm_ns, busy_ns = covered_ns(llm), covered_ns(calls)
    whole_ns = extent_ns or 1  # a run of no length was all its own
    cost = llm["cost_pico_usd"]
    return Breakdown(
        duration_s=extent_ns / _NANO,
        llm_share=llm_ns / whole_ns,
        tool_share=(busy_ns - llm_ns) / whole_ns,
        own_share=1 - busy_ns / whole_ns,
        steps=calls.height,
        input_tokens=_number(llm, pl.col("input_tokens").sum()),
        output_tokens=_number(llm, pl.col("output_tokens").sum()),
        cost_usd=to_usd(_number(llm, pl.col("cost_pico_usd").sum())) if cost.count() else None,
        unpriced_calls=_number(llm, (pl.col("cost_source") == "unpriced").sum()),
        slowest=_slowest(calls),
    )


def covered_ns(spans: pl.DataFrame) -> int:
    """Measure the time in which at least one of the spans was open."""
    return _number(spans.sort("start_ns"), (pl.col("end_ns") - _OVERLAPPING).clip(0).sum())


def _slowest(calls: pl.DataFrame) -> tuple[Call, ...]:
    ranked = calls.sort(pl.col("start_ns") - pl.col("end_ns"), "start_ns", "span_id").head(_SLOWEST)
    named = pl.coalesce(pl.when(pl.col("category") == "llm").then("model").otherwise("tool"), "name")
    duration_s = (pl.col("end_ns") - pl.col("start_ns")) / _NANO
    return tuple(Call(*row) for row in ranked.select("span_id", "category", named, duration_s.alias("s")).iter_rows())


def _number(frame: pl.DataFrame, value: pl.Expr) -> int:
    return int(frame.select(value).item())

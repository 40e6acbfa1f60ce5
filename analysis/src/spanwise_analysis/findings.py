"""What is out of the ordinary in one run?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from spanwise_analysis.breakdown import Breakdown

Kind = Literal["slow_llm_call", "slow_tool_call", "llm_share", "many_steps", "many_tokens"]

_NANO: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Marks:
    """What is still ordinary."""

    llm_call_s: float = 5.0
    tool_call_s: float = 2.0
    llm_share: float = 0.80
    steps: int = 10
    tokens: int = 10_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing above its mark.

    Attributes:
        kind: which mark.
        value: what was seen, in the mark's unit.
        mark: what is still ordinary.
        text: one sentence for people.
        span_id: the call it is about; null for the run as a whole.
    """

    kind: Kind
    value: float
    mark: float
    text: str
    span_id: bytes | None = None


MARKS: Final = Marks()


def findings(spans: pl.DataFrame, run: Breakdown, marks: Marks = MARKS) -> list[Finding]:
    """List what is above its mark: the run's findings, then those of its calls, the slowest first.

    Takes the spans of one trace with the columns of `spanwise_schema.columns.STORED`, and their breakdown.
    """
    return [*_of_run(run, marks), *_slow(spans, "llm", marks), *_slow(spans, "tool", marks)]


def _of_run(run: Breakdown, marks: Marks) -> Iterator[Finding]:
    tokens = run.input_tokens + run.output_tokens
    if run.llm_share > marks.llm_share:
        text = f"{run.llm_share:.0%} of the time a model was at work"
        yield Finding("llm_share", run.llm_share, marks.llm_share, text)
    if run.steps > marks.steps:
        yield Finding("many_steps", run.steps, marks.steps, f"{run.steps} calls of models and tools")
    if tokens > marks.tokens:
        yield Finding("many_tokens", tokens, marks.tokens, f"{tokens:,} tokens")


def _slow(spans: pl.DataFrame, category: Literal["llm", "tool"], marks: Marks) -> Iterator[Finding]:
    mark_s = marks.llm_call_s if category == "llm" else marks.tool_call_s
    named = pl.coalesce("model" if category == "llm" else "tool", "name")
    seconds = ((pl.col("end_ns") - pl.col("start_ns")) / _NANO).alias("s")
    calls = spans.filter(pl.col("category") == category).select("span_id", named.alias("named"), seconds)
    slow = calls.filter(pl.col("s") > mark_s).sort("s", "span_id", descending=[True, False])
    for span_id, name, duration_s in slow.iter_rows():
        text = f"{name} took {duration_s:.1f} s"
        yield Finding("slow_llm_call" if category == "llm" else "slow_tool_call", duration_s, mark_s, text, span_id)

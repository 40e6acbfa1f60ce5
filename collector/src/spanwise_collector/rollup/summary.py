"""One row a run: what it is, what its steps used, and where its time went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from spanwise_collector.rollup.covered import Ints, covered_ns
from spanwise_collector.rollup.lineage import Bools, Lineage, lineage
from spanwise_schema.measures import NANO

QUIET_NS: Final = 60 * NANO
"""After so long a trace whose root is not seen is taken for ended."""
LOST_NS: Final = 900 * NANO
"""After so long a run whose own span is not seen is taken for lost."""
RUNNING: Final = "running"
LOST: Final = "lost"

_MILLION: Final = 1_000_000
_ORDER: Final = ("trace_id", "start_ns", "end_ns", "span_id")

SPANS: Final[dict[str, pl.DataType]] = {
    "trace_id": pl.Binary(),
    "span_id": pl.Binary(),
    "parent_span_id": pl.Binary(),
    "start_ns": pl.Int64(),
    "end_ns": pl.Int64(),
    "duration_ns": pl.Int64(),
    "category": pl.String(),
    "operation": pl.String(),
    "service": pl.String(),
    "environment": pl.String(),
    "tenant": pl.String(),
    "agent": pl.String(),
    "tool": pl.String(),
    "tool_arguments": pl.String(),
    "tool_result": pl.String(),
    "error_type": pl.String(),
    "input_tokens": pl.Int64(),
    "output_tokens": pl.Int64(),
    "cost_pico_usd": pl.Int64(),
    "token_scope": pl.String(),
}
"""The columns of spans that a run is measured by."""

HEAD: Final[dict[str, pl.DataType]] = {
    "category": pl.String(),  # always "run"
    "trace_id": pl.Binary(),
    "span_id": pl.Binary(),  # of its own span
    "start_ns": pl.Int64(),
    "end_ns": pl.Int64(),
    "duration_ns": pl.Int64(),  # null where the clock ran backwards
    "service": pl.String(),
    "environment": pl.String(),
    "tenant": pl.String(),
    "agent": pl.String(),  # null for model calls that no agent made
    "operation": pl.String(),
    "error_type": pl.String(),
    "seen": pl.Boolean(),  # whether its own span was
}
NUMBERS: Final[dict[str, pl.DataType]] = {
    "steps": pl.Int64(),
    "tokens": pl.Int64(),  # null where no call told any
    "cost_pico_usd": pl.Int64(),  # null where no call has a price
    "repeated_tool_calls": pl.Int64(),
    "llm_share": pl.Int64(),  # millionths of its duration in which a model was at work
    "own_share": pl.Int64(),  # in which neither a model nor a tool was
}
RUN: Final[dict[str, pl.DataType]] = {**HEAD, **NUMBERS}
ADDED: Final = ("duration_ns", "steps", "tokens", "cost_pico_usd", "repeated_tool_calls")
"""The numbers to which late spans add."""
SHARES: Final = ("llm_share", "own_share")
"""The numbers that late spans change either way."""

_BEGAN: Final = pl.coalesce("start_ns", "end_ns").alias("start_ns")  # without a start it is as short as can be
_LLM: Final = (pl.col("category") == "llm").fill_null(value=False)
_IN, _OUT = pl.col("input_tokens"), pl.col("output_tokens")
_SCOPE: Final = pl.col("token_scope").fill_null("leaf")
_ADDS: Final = _IN.is_not_null() | _OUT.is_not_null() | pl.col("cost_pico_usd").is_not_null()
"""A duplicate has only the numbers that the call did not tell itself."""
_STEP: Final = (
    (~_LLM | _SCOPE.is_in(["leaf", "usage"]) | ((_SCOPE == "duplicate") & _ADDS)).alias("own"),
    _LLM.alias("llm"),
    (~_LLM | (pl.col("operation").ne_missing("fetch_response") & (_SCOPE == "leaf"))).alias("counts"),
    _BEGAN,
    "end_ns",
    pl.when(_LLM).then(_IN.fill_null(0) + _OUT.fill_null(0)).otherwise(0).alias("tokens"),
    (_LLM & (_IN.is_not_null() | _OUT.is_not_null())).alias("told"),
    pl.col("cost_pico_usd").fill_null(0),
    pl.col("cost_pico_usd").is_not_null().alias("priced"),
)


class Steps(NamedTuple):
    """The model and tool calls of some runs, by run and in the order of their start; the columns are of one length.

    Attributes:
        run: the number of the run.
        row: the row of the span.
        llm: whether it is a model call.
        counts: whether it is a step; what a response used is told by a fetch, which is none.
        start_ns: Unix time.
        end_ns: Unix time.
        tokens: 0 where none were told.
        told: whether tokens were told.
        cost_pico_usd: 0 where it is not known.
        priced: whether the cost is known.
    """

    run: Ints
    row: Ints
    llm: Bools
    counts: Bools
    start_ns: Ints
    end_ns: Ints
    tokens: Ints
    told: Bools
    cost_pico_usd: Ints
    priced: Bools


def in_order(spans: pl.DataFrame) -> pl.DataFrame:
    """Put spans in the order in which runs are read, so that the order of arrival does not matter."""
    return spans.sort(_ORDER)


def summary(spans: pl.DataFrame) -> pl.DataFrame:
    """Measure the runs of whole traces: columns RUN.

    Args:
        spans: columns SPANS, each once, as `in_order` gives them.
    """
    found = lineage(spans)
    heads = heads_of(spans, found)
    if not heads.height:
        return pl.DataFrame(schema=RUN)
    steps = steps_of(spans, found)
    return heads.hstack(_counted(spans, steps, heads.height)).hstack(_shares(steps, heads))


def with_status(runs: pl.DataFrame, quiet_ns: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """Say of each run how it ended: column `status` (ok, error, running, lost), and the error of lost ones.

    Calls without an agent's name whose root is not seen end well when they are quiet: their root may belong to
    somebody who sends us nothing.

    Args:
        runs: columns HEAD among others.
        quiet_ns: gives `trace_id` and `quiet_ns`, how long ago the trace's last span came.
    """
    if runs["seen"].all():
        return runs.with_columns(_ended_how().alias("status"))
    named = pl.col("agent").is_not_null()
    limit_ns = pl.when(named).then(LOST_NS).otherwise(QUIET_NS)
    aged = runs.join(quiet_ns(), on="trace_id", how="left", maintain_order="left")
    unseen = ~pl.col("seen")
    return (
        aged.with_columns(
            pl.when(unseen & (pl.col("quiet_ns") < limit_ns))
            .then(pl.lit(RUNNING))
            .when(unseen & named)
            .then(pl.lit(LOST))
            .otherwise(_ended_how())
            .alias("status"),
        )
        .with_columns(pl.when(pl.col("status") == LOST).then(pl.lit(LOST)).otherwise("error_type").alias("error_type"))
        .drop("quiet_ns")
    )


def _ended_how() -> pl.Expr:
    return pl.when(pl.col("error_type").is_null()).then(pl.lit("ok")).otherwise(pl.lit("error"))


def heads_of(spans: pl.DataFrame, found: Lineage) -> pl.DataFrame:
    """Say what each run is: columns HEAD. What was not seen is known as far as its steps tell it."""
    own = spans[found.head]
    heads = own.select(
        pl.lit("run").alias("category"),
        "trace_id",
        pl.when(pl.Series(found.seen)).then("span_id").otherwise("parent_span_id").alias("span_id"),
        _BEGAN,
        *("end_ns", "duration_ns", "service", "environment", "tenant"),
        spans["agent"][found.name],
        *("operation", "error_type"),
        pl.Series("seen", found.seen),
    )
    if not found.seen.all():
        extent = spans.group_by("trace_id").agg(_BEGAN.min(), pl.col("end_ns").max())
        heads = (
            heads.join(extent, on="trace_id", how="left", suffix="_extent", maintain_order="left")
            .with_columns(
                start_ns=pl.when("seen").then("start_ns").otherwise("start_ns_extent"),
                end_ns=pl.when("seen").then("end_ns").otherwise("end_ns_extent"),
                duration_ns=pl.when("seen")
                .then("duration_ns")
                .otherwise((pl.col("end_ns_extent") - pl.col("start_ns_extent")).clip(0)),
                operation=pl.when("seen").then("operation"),
                error_type=pl.when("seen").then("error_type"),
            )
            .drop("start_ns_extent", "end_ns_extent")
        )
    return heads


def steps_of(spans: pl.DataFrame, found: Lineage) -> Steps:
    """Give the model and tool calls of each run, in order; a call that was counted through another span is none."""
    columns = spans.select(_STEP)
    kept = columns["own"].to_numpy()[found.step]
    run, step = found.run[kept], found.step[kept]
    order = np.lexsort((step, run))
    row = step[order]
    values = [columns[name].to_numpy()[row] for name in columns.columns if name != "own"]
    return Steps(run[order], row, *values)


def repeats() -> pl.Expr:
    """Tell of each of a run's tool calls, in order, whether it repeats: the same arguments as an earlier call of the
    same tool, or, where no arguments were told, the same tool as the call of a tool before.
    """  # noqa: D205 - the sentence is one
    same = [pl.col(name).eq_missing(pl.col(name).shift(1)) for name in ("run", "tool")]
    told = pl.col("tool_arguments").is_not_null()
    first = pl.struct("run", "tool", "tool_arguments").is_first_distinct()
    in_a_row = same[0] & same[1] & pl.col("tool").is_not_null() & (pl.int_range(pl.len()) > 0)
    return pl.when(told).then(~first).otherwise(in_a_row & pl.col("tool_arguments").shift(1).is_null())


def _counted(spans: pl.DataFrame, steps: Steps, runs: int) -> pl.DataFrame:
    """Add up: columns of NUMBERS, but for the shares."""
    told, priced = (_sums(steps, mask.astype(np.int64), runs) > 0 for mask in (steps.told, steps.priced))
    columns = {
        "steps": pl.Series(_sums(steps, steps.counts.astype(np.int64), runs)),
        "tokens": _where(told, _sums(steps, steps.tokens, runs)),
        "cost_pico_usd": _where(priced, _sums(steps, steps.cost_pico_usd, runs)),
        "repeated_tool_calls": pl.Series(_repeated(spans, steps, runs)),
    }
    return pl.DataFrame(columns)


def _repeated(spans: pl.DataFrame, steps: Steps, runs: int) -> Ints:
    run, row = steps.run[~steps.llm], steps.row[~steps.llm]
    tool = spans["tool"][row]
    if spans["tool_arguments"].null_count() < spans.height:
        tools = pl.DataFrame({"run": run, "tool": tool, "tool_arguments": spans["tool_arguments"][row]})
        again = tools.filter(repeats())["run"].to_numpy()
    elif len(run):
        alike = (tool[1:] == tool[:-1]).fill_null(value=False).to_numpy()
        again = run[1:][alike & (run[1:] == run[:-1])]
    else:
        again = run
    return np.bincount(again, minlength=runs).astype(np.int64)


def _where(known: Bools, values: Ints) -> pl.Series:
    """Make a column that is null where a value is not known."""
    made = pl.Series(values)
    return made if known.all() else made.set(pl.Series(~known), None)


def _sums(steps: Steps, values: Ints, runs: int) -> Ints:
    """Add up by run, in whole numbers."""
    total = np.zeros(runs, dtype=np.int64)
    if len(steps.run):
        starts = np.flatnonzero(np.r_[True, steps.run[1:] != steps.run[:-1]])
        total[steps.run[starts]] = np.add.reduceat(values, starts)
    return total


def _shares(steps: Steps, heads: pl.DataFrame) -> pl.DataFrame:
    """Give the shares of time; null for a run of no length. Of a step, only what lies within the run counts."""
    since, until = (heads[name].to_numpy() for name in ("start_ns", "end_ns"))
    run = steps.run[steps.counts]
    start_ns = np.maximum(steps.start_ns[steps.counts], since[run])
    end_ns = np.minimum(steps.end_ns[steps.counts], until[run])
    llm = steps.llm[steps.counts]
    at_model = covered_ns(run[llm], start_ns[llm], end_ns[llm], heads.height)
    at_work = covered_ns(run, start_ns, end_ns, heads.height)
    whole = np.maximum(until - since, 1)
    usable = until > since
    llm_share = np.rint(at_model / whole * _MILLION).astype(np.int64)
    own_share = _MILLION - np.rint(at_work / whole * _MILLION).astype(np.int64)
    return pl.DataFrame({"llm_share": _where(usable, llm_share), "own_share": _where(usable, own_share)})

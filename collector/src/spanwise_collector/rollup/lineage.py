"""Whose step each span is: the runs of some traces, and what stands below each of them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

STEPS: Final = ("llm", "tool")
HEADS: Final = ("agent", "workflow")
HEARTBEAT: Final = "heartbeat"
"""The operation of spans that only say that the run around them lasts."""
_MOST_NESTED: Final = 64
_NOBODY: Final = -1
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


class Lineage(NamedTuple):
    """The runs of some traces. A row is a row of the spans.

    Attributes:
        head: row of each run's own span; of a run whose span was not seen a row whose parent it is.
        seen: whether that span was seen.
        name: row that tells the run's agent, if any does.
        outer: by run, the run that it is nested in; -1 for none.
        run: with `step`, which runs a model or tool call belongs to: an inner run's also to the outer one.
        step: row of that call.
    """

    head: Ints
    seen: Bools
    name: Ints
    outer: Ints
    run: Ints
    step: Ints


class _Tree(NamedTuple):
    """Spans by their traces: number of the trace, row of the parent (-1 where it was not seen or there is none)."""

    trace: Ints
    traces: int
    parent: Ints
    is_root: Bools
    is_head: Bools
    is_step: Bools
    is_beat: Bools
    is_named: Bools  # told the name of its agent


def lineage(spans: pl.DataFrame) -> Lineage:
    """Find the runs of whole traces.

    Each span of an agent or a workflow is a run. A trace that has none is one run by its root. Calls and heartbeats
    whose root was not seen yet are one run in flight a trace, if one of them named its agent or nothing in the trace is
    a run.

    Args:
        spans: columns `trace_id`, `span_id`, `parent_span_id`, `category`, `operation`, `agent`; sorted by trace, then
            by start.
    """
    tree = _tree(spans)
    rows = len(tree.trace)
    above = _nearest(tree)
    has_head = _any(tree, tree.is_head)
    root = _first(tree, tree.is_root)
    rooted = root != rows
    loose = (tree.is_step | tree.is_beat) & (above == _NOBODY)
    by_root = rooted & ~has_head & _any(tree, tree.is_step)
    in_flight = ~rooted & _any(tree, loose) & (_any(tree, loose & tree.is_named) | ~has_head)

    top = _first(tree, (tree.parent == _NOBODY) & ~tree.is_root & ~tree.is_head)
    top = np.where(top == rows, _first(tree, loose), top)
    named = _first(tree, loose & tree.is_named)
    heads = np.flatnonzero(tree.is_head)
    roots, unseen = root[by_root], top[in_flight]
    head = np.concatenate([heads, roots, unseen])
    name = np.concatenate([heads, named[by_root], named[in_flight]])
    number = np.full(rows + 1, _NOBODY)
    number[heads] = np.arange(len(heads))
    number[roots] = len(heads) + np.arange(len(roots))
    base = np.full(tree.traces, _NOBODY)  # the run that has what stands below nobody seen
    base[rooted] = number[root[rooted]]
    base[in_flight] = len(heads) + len(roots) + np.arange(len(unseen))

    run_of = np.where(above == _NOBODY, base[tree.trace], number[above])
    run_of[heads] = np.where(run_of[heads] == number[heads], _NOBODY, run_of[heads])
    outer = np.full(len(head), _NOBODY)
    outer[: len(heads)] = run_of[heads]
    run, step = _pairs(outer, run_of, np.flatnonzero(tree.is_step))
    seen = np.arange(len(head)) < len(heads) + len(roots)
    return Lineage(head, seen, np.where(name == rows, head, name), outer, run, step)


def _tree(spans: pl.DataFrame) -> _Tree:
    columns = spans.select(
        pl.col("trace_id").rle_id().alias("trace"),
        pl.col("span_id").bin.reinterpret(dtype=pl.UInt64),
        pl.col("parent_span_id").bin.reinterpret(dtype=pl.UInt64).fill_null(0),
        pl.col("parent_span_id").is_null().alias("root"),
        pl.col("category").is_in(HEADS).fill_null(value=False).alias("head"),
        pl.col("category").is_in(STEPS).fill_null(value=False).alias("step"),
        pl.col("operation").eq_missing(HEARTBEAT).alias("beat"),
        pl.col("agent").is_not_null().alias("named"),
    )
    trace = columns["trace"].to_numpy().astype(np.int64)
    salt = trace.astype(np.uint64) * _MIX
    key, wanted = columns["span_id"].to_numpy() ^ salt, columns["parent_span_id"].to_numpy() ^ salt
    order = np.argsort(key, kind="stable")
    place = np.minimum(key[order].searchsorted(wanted), max(len(order) - 1, 0))
    found: Ints = order[place]
    is_root = columns["root"].to_numpy()
    known = ~is_root & (key[found] == wanted) & (trace[found] == trace) & (found != np.arange(len(trace)))
    return _Tree(
        trace,
        int(trace[-1]) + 1 if len(trace) else 0,
        np.where(known, found, _NOBODY),
        is_root,
        columns["head"].to_numpy(),
        columns["step"].to_numpy(),
        columns["beat"].to_numpy(),
        columns["named"].to_numpy(),
    )


def _nearest(tree: _Tree) -> Ints:
    """Give the nearest agent above each span, not itself; -1 for none. Parents in a circle have none."""
    rows = len(tree.trace)
    end = rows  # stands for nobody, and for itself
    parent = np.append(np.where(tree.parent == _NOBODY, end, tree.parent), end)
    stop = np.append(tree.is_head, True)
    jump = np.where(stop, np.arange(rows + 1), parent)
    for _ in range(max(1, rows.bit_length())):  # each turn doubles how far it leads
        further = jump[jump]
        if (further == jump).all():
            break
        jump = further
    nearest = jump[parent[:rows]]
    return np.where(stop[nearest] & (nearest != end), nearest, _NOBODY)


def _any(tree: _Tree, which: Bools) -> Bools:
    found = np.zeros(tree.traces, dtype=bool)
    found[tree.trace[which]] = True
    return found


def _first(tree: _Tree, which: Bools) -> Ints:
    """Give the first such row of each trace; the number of rows where there is none."""
    first = np.full(tree.traces, len(tree.trace))
    rows = np.flatnonzero(which)[::-1]
    first[tree.trace[rows]] = rows
    return first


def _pairs(outer: Ints, run_of: Ints, step: Ints) -> tuple[Ints, Ints]:
    """Give each step with its run and with all runs around that one."""
    run = run_of[step]
    runs, steps = list[Ints](), list[Ints]()
    for _ in range(_MOST_NESTED):
        step, run = step[run != _NOBODY], run[run != _NOBODY]
        if not len(step):
            break
        runs.append(run)
        steps.append(step)
        run = outer[run]
    none = np.empty(0, dtype=np.int64)
    run, step = np.concatenate([none, *runs]), np.concatenate([none, *steps])
    if len(runs) == _MOST_NESTED:  # agents in a circle
        run, step = np.unique(np.stack([run, step]), axis=1)
    return run, step

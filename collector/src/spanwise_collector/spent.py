"""What was spent since a moment, over days and months, by user and session too: sums of files are kept."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence

import polars as pl

from spanwise_collector.pipeline import Pipeline
from spanwise_collector.query import WHO, Spent, Sum
from spanwise_collector.rollup.fold import MEASURED
from spanwise_collector.rollup.rollup import KEPT_WIDTH_NS

_Cut = int | None
_Key = tuple[str, str, tuple[str, ...], tuple[tuple[str, frozenset[str]], ...], _Cut]


class Spending:
    """Adds up what commits saved and what is not saved yet. Any thread may ask."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._known: dict[_Key, pl.DataFrame] = {}
        self._lock = threading.Lock()

    def answer(self, asked: Sequence[Sum]) -> list[Spent]:
        """Answer questions, in their places."""
        with self._lock:
            used: dict[_Key, pl.DataFrame] = {}
            found = [self._answer(question, used) for question in asked]
            self._known = {**self._known, **used} if len(self._known) < len(used) * 4 else used
            return found

    def _answer(self, asked: Sum, used: dict[_Key, pl.DataFrame]) -> Spent:
        who = any(name in WHO for name in (*asked.by, *asked.where))
        add = _spans if who else _deltas
        with contextlib.ExitStack() as stack:
            files, fresh = stack.enter_context(
                self._pipeline.unmerged_spans(asked.since_ns) if who else self._pipeline.unmerged_deltas(asked.since_ns)
            )
            parts = [add(fresh.lazy(), asked, asked.since_ns)]
            for name, rows, oldest_ns in files:
                cut = asked.since_ns if oldest_ns <= asked.since_ns + KEPT_WIDTH_NS else None
                key = (name, asked.measure.name, asked.by, tuple(asked.where.items()), cut)
                used[key] = self._known[key] if key in self._known else add(rows, asked, cut)
                parts.append(used[key])
            from_ns = self._pipeline.data_from_ns()
        return _told(asked, pl.concat(parts), from_ns)


def _deltas(rows: pl.LazyFrame, asked: Sum, cut_ns: _Cut) -> pl.DataFrame:
    wanted = pl.col("measure") == asked.measure.source
    if cut_ns is not None:
        wanted &= pl.col("window_ns") >= cut_ns // KEPT_WIDTH_NS * KEPT_WIDTH_NS
    return _grouped(rows.filter(wanted), asked, pl.col("sum").sum(), pl.col("count").sum())


def _spans(rows: pl.LazyFrame, asked: Sum, cut_ns: _Cut) -> pl.DataFrame:
    value = pl.col(MEASURED["llm"][asked.measure.source])
    wanted = (pl.col("category") == "llm") & value.is_not_null()
    if cut_ns is not None:
        wanted &= pl.col("end_ns") > cut_ns
    return _grouped(rows.filter(wanted), asked, value.sum().alias("sum"), value.count().cast(pl.Int64).alias("count"))


def _grouped(rows: pl.LazyFrame, asked: Sum, total: pl.Expr, count: pl.Expr) -> pl.DataFrame:
    for name, values in asked.where.items():
        rows = rows.filter(pl.col(WHO.get(name, name)).fill_null("").is_in(list(values)))
    keys = [pl.col(WHO.get(name, name)).fill_null("").alias(name) for name in asked.by]
    if not keys:
        return rows.select(total.cast(pl.Int64), count.cast(pl.Int64)).collect()
    return rows.group_by(keys).agg(total.cast(pl.Int64), count.cast(pl.Int64)).collect()


def _told(asked: Sum, parts: pl.DataFrame, from_ns: int | None) -> Spent:
    by = list(asked.by)
    sums = (pl.col("sum").sum(), pl.col("count").sum())
    whole = parts.group_by(by).agg(sums) if by else parts.select(sums)
    whole = whole.filter(pl.col("count") > 0).sort("sum", *by, descending=[True, *(False for _ in by)])
    whole = whole.head(asked.top) if asked.top and by else whole
    late = from_ns if from_ns is not None and from_ns > asked.since_ns else None
    return Spent(
        whole.select(by).rows() if by else [()] * whole.height,
        [atoms / asked.measure.atom for atoms in whole["sum"].to_list()],
        whole["count"].to_list(),
        late,
    )

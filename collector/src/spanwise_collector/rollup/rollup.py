"""Everything that is known of the calls so far: windows, totals, runs. One thread adds, any thread asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from spanwise_collector.query import Answered, Query, Series
from spanwise_collector.rollup.answer import answer
from spanwise_collector.rollup.correct import correct
from spanwise_collector.rollup.counted import retried, unpriced
from spanwise_collector.rollup.exemplars import Exemplars
from spanwise_collector.rollup.fold import DELTA, coarsen, fold
from spanwise_collector.rollup.runaways import Runaways
from spanwise_collector.rollup.runs import Runs
from spanwise_collector.rollup.seen import Seen
from spanwise_collector.rollup.series import SeriesBook
from spanwise_collector.rollup.together import Together
from spanwise_collector.rollup.totals import Totals
from spanwise_collector.rollup.versions import Versions
from spanwise_collector.rollup.windows import Windows
from spanwise_schema.measures import NANO, RECORDED

_FUTURE_NS: Final = 600 * NANO
KEPT_WIDTH_NS: Final = 10 * NANO
_UNLIMITED: Final = 2**31
_NUMBERS: Final = {name: number for number, name in enumerate(RECORDED)}


class Rollup:
    """Folds priced batches and answers from what was folded.

    Args:
        series_limit: series in memory.
        label_values: values of one label.
    """

    def __init__(self, *, series_limit: int = 20_000, label_values: int = 200) -> None:
        self.book = SeriesBook(limit=series_limit, label_values=label_values)
        self.seen = Seen()
        self.totals = Totals()
        self.exemplars = Exemplars()
        self.runs = Runs()
        self.runaways = Runaways()
        self.unpriced = unpriced()
        self.retried = retried()
        self.versions = Versions()
        self.unwindowed: Counter[str] = Counter()
        self._windows = Windows()
        self._together = Together(self._windows, self.book)
        self._unsaved: list[pl.DataFrame] = []

    def add(
        self,
        frame: pl.DataFrame,
        now_ns: int,
        counted: pl.DataFrame | None = None,
        sums: pl.DataFrame | None = None,
    ) -> None:
        """Fold a batch of spans not seen before (columns STORED) that was received at `now_ns`.

        `counted` is what it adds to calls where that is not the same, and `sums` is what agents told that counts:
        see `spanwise_collector.resolve.Resolved`.
        """
        calls = frame if counted is None else counted
        if sums is not None and sums.height:
            calls = pl.concat([calls, sums])
            self.runs.tell(sums)
        runs = self.runs.add(frame, now_ns)
        self.runaways.add(frame, now_ns)
        folded = fold(calls, self.book, runs.new)
        corrected = correct(runs.before, runs.after, self.book)
        delta = pl.concat([folded.delta, corrected.windows])
        self.exemplars.add(folded.newest, self.book, now_ns + _FUTURE_NS)
        self.totals.add(pl.concat([folded.delta, corrected.totals]), self.book)
        self.unpriced.add(calls)
        self.retried.add(calls)
        self.versions.add(frame, now_ns)
        self._windows.add(self._within_reach(delta, now_ns), now_ns)
        self._unsaved.append(delta)
        self.watch(now_ns)

    def watch(self, now_ns: int) -> None:
        """Look at the runs that may have run away, where it is time to."""
        self.runaways.look(self.runs.spans, now_ns)

    def _within_reach(self, delta: pl.DataFrame, now_ns: int) -> pl.DataFrame:
        first_ns, last_ns = now_ns - self._windows.keep_ns, now_ns + _FUTURE_NS
        if delta["window_ns"].is_between(first_ns, last_ns).all():
            return delta
        old, future = pl.col("window_ns") < first_ns, pl.col("window_ns") > last_ns
        for reason, test in (("old", old), ("future", future)):
            count = int(delta.filter(test)["count"].sum())
            if count:
                self.unwindowed[reason] += count
        return delta.filter(~old & ~future)

    def live(self, query: Query, now_ns: int) -> bool:
        """Tell whether the windows cover a question; else it is answered from what was saved."""
        return query.first_ns >= now_ns - self._windows.keep_ns and query.last_ns <= now_ns + _FUTURE_NS

    def answer(self, query: Query) -> list[Series]:
        """Answer from the live windows."""
        return answer(query, self._windows.rows(query.first_ns, query.last_ns), self.book.table)

    def answer_together(self, queries: Sequence[Query]) -> Answered:
        """Answer many questions about one moment each from the live windows."""
        return self._together.answer(queries)

    def checkpoint(self) -> tuple[dict[str, Any], pl.DataFrame]:
        """Give the state since ever, and what came since the last checkpoint that was `saved`."""
        state = {
            "totals": self.totals.dump(),
            "runs": self.runs.dump(),
            "unpriced": list(self.unpriced.of.items()),
            "retried": list(self.retried.of.items()),
            "folded": dict(self.book.folded),
            "unwindowed": dict(self.unwindowed),
        }
        return state, self.unsaved()

    def unsaved(self) -> pl.DataFrame:
        """Give what came since the last checkpoint that was `saved`.

        Columns `window_ns` (10 s wide), DIMENSIONS, `measure` (its name), `bucket`, `count`, `sum`, `max`.
        """
        unsaved = self._unsaved
        delta = coarsen(pl.concat(unsaved), KEPT_WIDTH_NS) if unsaved else pl.DataFrame(schema=DELTA)
        names = pl.DataFrame(
            {"measure": range(len(RECORDED)), "name": RECORDED}, schema_overrides={"measure": pl.UInt8}
        )
        named = delta.join(self.book.table, on="series").join(names, on="measure")
        return named.drop("series", "measure", "le").rename({"name": "measure"})

    def saved(self) -> None:
        """Say that the last checkpoint is on the disk."""
        self._unsaved = []

    def restore(self, state: dict[str, Any], saved: pl.DataFrame | None, now_ns: int) -> None:
        """Take up what checkpoints kept; `saved` is all that came within `keep_ns`."""
        self.totals.load(state["totals"])
        self.runs.load(state["runs"])
        self.runaways.add(self.runs.in_flight(), now_ns)
        self.unpriced.of = {tuple(key): [*counts] for key, counts in state["unpriced"]}
        self.retried.of = {tuple(key): [*counts] for key, counts in state.get("retried", ())}
        self.unwindowed.update(state["unwindowed"])
        if saved is not None:
            self._windows.restore(_numbered(saved, self.book), now_ns)
        self.book.folded = Counter(state["folded"])

    @property
    def keep_ns(self) -> int:
        """How far back the live windows reach."""
        return self._windows.keep_ns


def answer_saved(query: Query, saved: pl.DataFrame) -> list[Series]:
    """Answer from what checkpoints kept (columns of `Rollup.unsaved`), at least all of the question's windows."""
    book = SeriesBook(limit=_UNLIMITED, label_values=_UNLIMITED)
    rows = saved.filter(
        pl.col("window_ns").is_between(query.first_ns - KEPT_WIDTH_NS, query.last_ns, closed="right")
    )  # fmt: skip
    return answer(query, _numbered(rows, book), book.table)


def _numbered(saved: pl.DataFrame, book: SeriesBook) -> pl.DataFrame:
    known = saved.filter(pl.col("measure").is_in(RECORDED))
    delta = known.with_columns(
        book.number(known).alias("series"),
        pl.col("measure").replace_strict(_NUMBERS, return_dtype=pl.UInt8),
        pl.lit(0, pl.UInt8).alias("le"),
    )
    return delta.select(list(DELTA))

"""Runs: what agents did, counted when they end, from spans that arrive in any order.

A trace's runs are counted when its root was seen, or when nothing came for QUIET_NS (the root belongs to somebody who
sends us nothing). A run whose own span never comes is counted as lost after LOST_NS. What comes later is added to the
numbers with which a run was counted.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import polars as pl

from spanwise_collector.rollup.covered import Ints
from spanwise_collector.rollup.held import Held, starts_of
from spanwise_collector.rollup.lineage import HEADS, Bools
from spanwise_collector.rollup.summary import (
    ADDED,
    LOST_NS,
    QUIET_NS,
    RUN,
    RUNNING,
    SHARES,
    SPANS,
    in_order,
    summary,
    with_status,
)  # fmt: skip
from spanwise_schema.measures import NANO
from spanwise_schema.metrics import RUNS_ACTIVE

Labels = tuple[str, ...]

LATE_NS: Final = 65 * NANO  # an agent's sum counts after a minute: see spanwise_collector.resolve
MOST_TRACES: Final = 100_000
MOST_SPANS: Final = 500_000
_MANY: Final = 16  # from this part of MOST_SPANS on, ended traces make room before their minute is over
_AT_ONCE: Final = 10_000  # spans of a trace that are looked at again each second
_RUN_ID: Final = ("trace_id", "span_id")


class Counted(NamedTuple):
    """What a batch changes.

    Attributes:
        new: columns RUN; the runs that are counted now.
        before: columns RUN; runs that were counted and to whose numbers something came.
        after: columns RUN; the same runs in the same order with what they have now; but for shares no number is less.
    """

    new: pl.DataFrame
    before: pl.DataFrame
    after: pl.DataFrame


_QUIET: Final = {"trace_id": pl.Binary(), "quiet_ns": pl.Int64()}
_NOTHING: Final = Counted(*(pl.DataFrame(schema=RUN) for _ in range(3)))


class Trace(msgspec.Struct, gc=False):
    """What is known of a trace beside its spans.

    Attributes:
        seen_ns: when its last span came.
        rooted: whether its root was seen.
        headed: whether the span of an agent or a workflow was.
        labels: values of RUNS_ACTIVE's dimensions; null while no span named an agent.
        counted_ns: when its runs were counted last; 0 for never.
    """

    seen_ns: int
    rooted: bool = False
    headed: bool = False
    labels: Labels | None = None
    counted_ns: int = 0


class Runs:
    """Folds spans into runs. One thread adds; any may ask which are active."""

    def __init__(self, most_traces: int = MOST_TRACES, most_spans: int = MOST_SPANS) -> None:
        self._most_traces: Final = most_traces
        self._most_spans: Final = most_spans
        self._open: OrderedDict[bytes, Trace] = OrderedDict()
        self._ended: OrderedDict[bytes, Trace] = OrderedDict()
        self._late: set[bytes] = set()
        self._spans = Held(SPANS)
        self._told = Held(RUN)
        self._swept_ns = 0
        self.evicted = 0

    def __len__(self) -> int:
        return len(self._open)

    def active(self) -> Counter[Labels]:
        """Count the runs in flight by the dimensions of RUNS_ACTIVE, as far as a span named its agent."""
        return Counter(trace.labels for trace in tuple(self._open.values()) if trace.labels is not None)

    def spans(self, trace: bytes) -> pl.DataFrame:
        """Give the spans that are held of a trace, in order: columns SPANS."""
        spans, arranged = self._spans.of([trace])
        return spans if arranged else in_order(spans)

    def in_flight(self) -> pl.DataFrame:
        """Give the spans of all traces whose root was not seen: columns SPANS."""
        return self._spans.of(self._open)[0]

    def due(self, now_ns: int) -> bool:
        """Tell whether there is something to count though no span came: runs that are quiet, late spans."""
        return bool(self._waited(now_ns))

    def add(self, frame: pl.DataFrame, now_ns: int) -> Counted:
        """Fold spans (columns SPANS among others), each of which came for the first time."""
        rows = in_order(frame.select(list(SPANS)))
        self._spans.add(rows)
        due = self._note(rows, now_ns) if rows.height else []
        counted = [self._count(due, now_ns)]
        if now_ns - self._swept_ns >= NANO:
            self._swept_ns = now_ns
            counted.append(self._count(self._waited(now_ns), now_ns))
            self._let_go(now_ns)
        if len(self._open) > self._most_traces or self._spans.rows > self._most_spans:
            counted.append(self._evict(now_ns))
        found = [part for part in counted if part is not _NOTHING]
        return Counted(*(pl.concat(parts) for parts in zip(*found, strict=True))) if found else _NOTHING

    def tell(self, sums: pl.DataFrame) -> None:
        """Add what agents told of their calls (columns SPANS among others) to runs of which spans are held."""
        rows = in_order(sums.select(list(SPANS)))
        known = [key for key in rows["trace_id"].unique().to_list() if key in self._ended or key in self._open]
        self._spans.add(rows.filter(pl.col("trace_id").is_in(known)))
        self._late.update(key for key in known if self._of(key).counted_ns)

    def _note(self, rows: pl.DataFrame, now_ns: int) -> list[bytes]:
        """Remember what came of which trace; give those whose runs are to be counted now."""
        starts = starts_of(rows)
        rooted = np.logical_or.reduceat(rows["parent_span_id"].is_null().to_numpy(), starts)
        heads = rows["category"].is_in(HEADS).fill_null(value=False).to_numpy()
        headed = np.logical_or.reduceat(heads, starts).tolist()
        labels = _labels(rows, starts, ~rooted)
        due = list[bytes]()
        keys = rows["trace_id"].gather(starts).to_list()
        for key, is_rooted, is_headed, named in zip(keys, rooted.tolist(), headed, labels, strict=True):
            trace = self._ended.get(key)
            if trace is None:
                trace = self._open.pop(key, None) or Trace(now_ns, labels=named)
                (self._ended if is_rooted else self._open)[key] = trace  # behind all others
                trace.labels = trace.labels or named
            else:
                self._ended.move_to_end(key)
            trace.seen_ns = now_ns
            trace.headed |= is_headed
            if is_rooted and not trace.rooted:
                trace.rooted = True
                due.append(key)
            elif trace.counted_ns:
                self._late.add(key)
        return due

    def _waited(self, now_ns: int) -> list[bytes]:
        """Give the traces that were quiet for so long that their runs are counted, and those with late spans."""
        due = [key for key in self._late if now_ns >= self._again_ns(key)]
        for key, trace in self._open.items():
            quiet_ns = now_ns - trace.seen_ns
            if quiet_ns < QUIET_NS:
                break
            named = trace.labels is not None and not trace.headed
            if quiet_ns >= LOST_NS or (trace.counted_ns <= trace.seen_ns and not named):
                due.append(key)
        return list(dict.fromkeys(due))

    def _again_ns(self, key: bytes) -> int:
        """When late spans of a trace are looked at: a long one is not measured again each second."""
        trace = self._ended.get(key) or self._open[key]
        return trace.counted_ns + NANO * max(1, self._spans.count(key) // _AT_ONCE)

    def _count(self, due: Sequence[bytes], now_ns: int) -> Counted:
        """Count the runs of traces, or what came to them since they were."""
        if not due:
            return _NOTHING
        spans, arranged = self._spans.of(due)
        runs, in_flight = summary(spans if arranged else in_order(spans)), frozenset[bytes]()
        if not runs["seen"].all():
            known = with_status(runs, lambda: self._quiet(due, now_ns))
            running = known["status"] == RUNNING
            in_flight = frozenset[bytes](known.filter(running)["trace_id"].to_list())
            runs = known.filter(~running).select(list(RUN))
        counted = self._compared(runs, due)
        self._late.difference_update(due)
        for key in due:
            trace = self._of(key)
            trace.counted_ns = now_ns
            if not trace.rooted and key not in in_flight and key in self._open:
                self._ended[key] = self._open.pop(key)
        return counted

    def _quiet(self, due: Sequence[bytes], now_ns: int) -> pl.DataFrame:
        quiet_ns = [now_ns - self._of(key).seen_ns for key in due]
        return pl.DataFrame({"trace_id": due, "quiet_ns": quiet_ns}, schema=_QUIET)

    def _compared(self, runs: pl.DataFrame, due: Sequence[bytes]) -> Counted:
        """Tell runs that are counted for the first time from those that were, and remember what was told."""
        if not self._told.knows(due):
            self._told.add(runs if runs["trace_id"].is_sorted() else runs.sort("trace_id", maintain_order=True))
            return Counted(runs, _NOTHING.before, _NOTHING.after)
        known, _ = self._told.of(due)
        now = known.select(_RUN_ID).join(runs, on=_RUN_ID, how="left", maintain_order="left")
        after = known.with_columns(
            *(pl.max_horizontal(name, now[name].alias("now")).alias(name) for name in ADDED),
            *(pl.coalesce(now[name].alias("now"), name).alias(name) for name in SHARES),
        )
        more = pl.any_horizontal(known[name].ne_missing(after[name]) for name in (*ADDED, *SHARES))
        new = runs.join(known, on=_RUN_ID, how="anti")
        self._told.drop(due)
        self._told.add(pl.concat([after, new]).sort("trace_id", maintain_order=True))
        return Counted(new, known.filter(more), after.filter(more))

    def _let_go(self, now_ns: int) -> None:
        """Forget the traces that ended a while ago, and under load as many more, the oldest, as are too much."""
        gone = list[bytes]()
        over = self._spans.rows - self._most_spans // _MANY
        for key, trace in self._ended.items():
            if now_ns - max(trace.seen_ns, trace.counted_ns) < LATE_NS and over <= 0:
                break
            if key not in self._late:
                gone.append(key)
                over -= self._spans.count(key)
        self._forget(gone)

    def _evict(self, now_ns: int) -> Counted:
        """Make room: first what ended, then the oldest in flight; those of its runs that ended are counted."""
        self._forget([key for key in self._ended if key not in self._late])
        over = max(len(self._open) - self._most_traces, 0)
        if self._spans.rows > self._most_spans:
            over = max(over, len(self._open) // 10, 1)
        oldest = list(self._open)[:over]
        self.evicted += len(oldest)
        counted = self._count(oldest, now_ns)
        self._forget(oldest)
        return counted

    def _forget(self, keys: Iterable[bytes]) -> None:
        gone = tuple(keys)
        for key in gone:
            self._ended.pop(key, None)
            self._open.pop(key, None)
            self._late.discard(key)
        self._spans.drop(gone)
        self._told.drop(gone)

    def _of(self, key: bytes) -> Trace:
        return self._ended.get(key) or self._open[key]

    def dump(self) -> dict[str, Any]:
        """Give what a checkpoint keeps."""
        return {
            "open": [(key, *msgspec.structs.astuple(trace)) for key, trace in self._open.items()],
            "ended": [(key, *msgspec.structs.astuple(trace)) for key, trace in self._ended.items()],
            "late": sorted(self._late),
            "spans": self._spans.dump(),
            "told": self._told.dump(),
            "swept_ns": self._swept_ns,
            "evicted": self.evicted,
        }

    def load(self, dumped: dict[str, Any] | list[Any]) -> None:
        """Take up what a checkpoint kept; of an older release's list nothing can be used."""
        if isinstance(dumped, list):
            return
        for name, traces in (("open", self._open), ("ended", self._ended)):
            for key, seen_ns, rooted, headed, labels, counted_ns in dumped[name]:
                told = None if labels is None else tuple(labels)
                traces[key] = Trace(seen_ns, rooted, headed, told, counted_ns)
        self._late = set(dumped["late"])
        self._spans.load(dumped["spans"])
        self._told.load(dumped["told"])
        self._swept_ns, self.evicted = dumped["swept_ns"], dumped["evicted"]


def _labels(rows: pl.DataFrame, starts: Ints, wanted: Bools) -> list[Labels | None]:
    """Give the values of RUNS_ACTIVE's dimensions of the first span of a trace that names its agent."""
    found: list[Labels | None] = [None] * len(starts)
    if wanted.any():
        place = np.arange(rows.height)
        place[rows["agent"].is_null().to_numpy()] = rows.height
        first = np.minimum.reduceat(place, starts)
        number = np.flatnonzero(wanted & (first < rows.height))
        told = rows[first[number]].select(pl.col(*RUNS_ACTIVE.dimensions).fill_null("")).rows()
        for at, labels in zip(number.tolist(), told, strict=True):
            found[at] = labels
    return found

"""The step: of a priced batch, say which spans count, and leave out of the numbers what another span told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import polars as pl

from spanwise_collector.pieces import Pieces
from spanwise_collector.resolve.call import Call, stands_for
from spanwise_collector.resolve.judge import Related, Told, judge
from spanwise_collector.resolve.memory import Memory
from spanwise_collector.resolve.read import in_order, read
from spanwise_collector.resolve.tally import Tally
from spanwise_collector.resolve.trace import Total, Trace, uncovered
from spanwise_collector.resolve.write import Verdict, repeated, rows_of, scoped, totals, write
from spanwise_schema.measures import NANO

_MAX_SPANS: Final = 1_000_000
_RUNNING_TOTALS: Final = frozenset({"strands"})
"""Dialects whose agents tell the sum since the agent was made, again with each invocation."""


class Resolved(NamedTuple):
    """What a batch comes to.

    Attributes:
        stored: the batch with `token_scope`; numbers that another span told are null.
        counted: what is to be folded: the same, but what a span adds to another's call is in that call's series and
            window, and only calls have a duration.
        sums: what agents told that counts by now, as spans of its own: columns STORED.
    """

    stored: pl.DataFrame
    counted: pl.DataFrame
    sums: pl.DataFrame


class Resolver:
    """Counts each call once. One thread only; any may read `tally`, `evicted` and the length.

    Args:
        max_spans: remembered at most; of more, the traces that were quiet for longest are forgotten.
    """

    def __init__(self, *, max_spans: int = _MAX_SPANS) -> None:
        self._memory = Memory(max_spans)
        self._swept_ns = 0
        self.tally = Tally()

    def __len__(self) -> int:
        return len(self._memory)

    @property
    def evicted(self) -> int:
        """Spans that were forgotten for want of room."""
        return self._memory.evicted

    def add(self, frame: pl.DataFrame, now_ns: int) -> Resolved:
        """Resolve a batch of spans not seen before (columns STORED, `token_scope` as normalise left it)."""
        memory = self._memory
        frame = scoped(frame)
        batch = read(frame, frame["token_scope"].eq_missing("leaf"))
        memory.learn(batch.frame, batch.labels)
        met = memory.met(batch)
        entangled = [part for part in batch.parts if memory.link(part, now_ns, met=part.trace_id in met)]
        decided = (self._decide(*leaf) for leaf in in_order(entangled))
        stored, counted = write(frame, [verdict for verdict in decided if verdict is not None])
        memory.batch_ends()
        for trace_id, total in totals(frame):
            self._await(trace_id, total)
        for counts in repeated(frame):
            self.tally.add("replayed", *counts)
        return Resolved(stored, counted, self.settle(now_ns))

    def settle(self, now_ns: int) -> pl.DataFrame:
        """Look, at most once a second, at traces that became quiet, and give the totals of agents that count by now.

        Returns:
            Spans of their own, to be folded and stored: see `spanwise_collector.resolve.write.rows_of`.
        """
        counted: list[Total] = []
        if now_ns - self._swept_ns >= NANO:
            self._swept_ns = now_ns
            for trace_id, trace in self._memory.became_quiet(now_ns):
                counted += self._settled(trace_id, trace)
        self._memory.shrink(now_ns)
        return rows_of(counted)

    def checkpoint(self) -> tuple[dict[str, Any], Pieces]:
        """Give what a checkpoint keeps: what is written each time, and pieces."""
        memory, pieces = self._memory.checkpoint()
        return {"memory": memory, "tally": self.tally.dump()}, pieces

    def saved(self) -> None:
        """Say that the last checkpoint is on the disk."""
        self._memory.saved()

    def load(self, state: Mapping[str, Any], pieces: Mapping[int, bytes]) -> None:
        """Take up what a checkpoint kept."""
        self._memory.load(state["memory"], pieces)
        self.tally.load(state["tally"])

    def _decide(self, row: int, trace_id: bytes, call: Call) -> Verdict | None:
        told = Told(call.told, call.cost_pico_usd >= 0, bool(call.timed))
        related = self._related(trace_id, call)
        self._memory.keep(trace_id, call)
        if related is None:
            return None
        counts = judge(call, told, related)
        self.tally.add(
            "response_id" if related.twins else "nested",
            int(not call.called),
            0 if counts.usage else call.tokens,
            0 if counts.cost else max(call.cost_pico_usd, 0),
        )
        if call.called and counts == told:
            return None
        model = None if call.called else stands_for(related.twins) or stands_for(related.calls)
        labels, end_ns = (None, call.end_ns) if model is None else (self._memory.labels(model.labels), model.end_ns)
        return Verdict(row, call.called, *counts, labels, end_ns)

    def _related(self, trace_id: bytes, call: Call) -> Related | None:
        trace, (twins, beside) = self._memory.trace(trace_id), self._memory.twins(trace_id, call)
        if not (twins or beside or trace.totals) and not trace.reaches(call.start_ns, call.end_ns):
            return None
        tree = self._memory.tree(trace_id)
        chain = set(tree.chain(call.span)) if trace.totals else set[int]()
        in_total = any(total.used and total.span in chain for total in trace.totals or ())
        return Related(tree.above(call), tree.below(call), twins, beside, in_total) or None

    def _await(self, trace_id: bytes, total: Total) -> None:
        """Wait until it is known whether the calls of an agent were told."""
        if total.dialect in _RUNNING_TOTALS or total.start_ns < self._memory.blind_ns:
            self._leave_out(total)
        else:
            self._memory.trace(trace_id).wait_for(total)

    def _settled(self, trace_id: bytes, trace: Trace) -> list[Total]:
        counted = uncovered(trace)
        for total in counted:
            total.used = True
        totals = trace.totals or []
        for total in totals:
            if not total.used:
                self._leave_out(total)
        trace.totals = [total for total in totals if total.used] or None
        if trace.rooted and not trace.totals:
            self._memory.forget(trace_id, trace)
        else:
            self._memory.put_back(trace_id, trace)
        return counted

    def _leave_out(self, total: Total) -> None:
        row = total.row
        self.tally.add("total", 1, (row["input_tokens"] or 0) + (row["output_tokens"] or 0), row["cost_pico_usd"] or 0)

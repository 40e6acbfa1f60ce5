"""The traces of which spans may still come, within a bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import msgspec
import polars as pl

from spanwise_collector.pieces import PieceBook, Pieces
from spanwise_collector.resolve.apart import Apart, Place
from spanwise_collector.resolve.beside import apart, beside
from spanwise_collector.resolve.call import Call, same_answer
from spanwise_collector.resolve.emitters import NOT_AROUND
from spanwise_collector.resolve.read import Batch, Part
from spanwise_collector.resolve.trace import LINK_BYTES, Trace, Tree
from spanwise_collector.resolve.write import Labels
from spanwise_schema.measures import DIMENSIONS, NANO

QUIET_NS: Final = 60 * NANO
"""So long after a trace's last span nothing more is waited for."""
FORGET_NS: Final = 900 * NANO
"""So long after its last span a trace is forgotten that has no root, or an agent whose total was counted."""
_MAX_TRACE_SPANS: Final = 65_536
_MAX_LABELS: Final = 65_536
_MOST_TWINS: Final = 8
_MOST_LOOKED_AT: Final = 10_000
"""Traces, the newest, of which calls are looked at when a service is found to have calls in traces of their own."""
_SERVICE: Final = DIMENSIONS.index("service")


Entry = tuple[bytes, bool, Trace]
"""A trace in a piece of a checkpoint: its id, whether it is quiet, and what is remembered."""


class Memory:
    """Traces by when their last span came. One thread only; any may read `evicted` and the length.

    Args:
        max_spans: remembered at most; of more, the traces that were quiet for longest are forgotten.
    """

    def __init__(self, max_spans: int) -> None:
        self._max_spans = max_spans
        self._fresh: OrderedDict[bytes, Trace] = OrderedDict()
        self._quiet: OrderedDict[bytes, Trace] = OrderedDict()
        self._answers: dict[int, bytes] = {}  # response id -> the first trace that told it
        self._labels: dict[int, Labels] = {}
        self._trees: dict[bytes, Tree] = {}
        self._apart = Apart()
        self._changed: set[bytes] = set()  # since the last checkpoint
        self._book = PieceBook()
        self._spans = 0
        self.blind_ns = 0  # of spans that came until then some may be forgotten
        self.evicted = 0

    def __len__(self) -> int:
        return self._spans

    def __contains__(self, trace_id: bytes) -> bool:
        return trace_id in self._fresh or trace_id in self._quiet

    def link(self, part: Part, now_ns: int, *, met: bool) -> bool:
        """Remember the spans of a trace, and its calls unless they may have to do with others; tell whether they may.

        `met` says that their response ids were told before.
        """
        trace = self._fresh.get(part.trace_id) or self._quiet.pop(part.trace_id, None)
        self._changed.add(part.trace_id)
        spans = len(part.links) // LINK_BYTES
        self._spans += spans
        if trace is None and spans <= _MAX_TRACE_SPANS:
            # most are new and whole: there may be one of them for each span
            trace = self._fresh[part.trace_id] = Trace(now_ns, part.rooted, part.links)
            if met or not part.plain:
                return bool(part.rows)
            if part.rows:
                trace.packed, trace.low_ns, trace.high_ns = part.calls, part.low_ns, part.high_ns
            return False
        return self._extend(part, trace or Trace(now_ns), now_ns, met=met)

    def _extend(self, part: Part, trace: Trace, now_ns: int, *, met: bool) -> bool:
        if part.trace_id not in self._fresh:
            self._fresh[part.trace_id] = trace
        elif trace.seen_ns != now_ns:
            self._fresh.move_to_end(part.trace_id)
        trace.seen_ns = now_ns
        trace.rooted |= part.rooted
        trace.links += part.links
        if trace.spans > _MAX_TRACE_SPANS:
            self._halve(part.trace_id, trace)
        if met or not part.plain or trace.totals or trace.reaches(part.low_ns, part.high_ns):
            return bool(part.rows)
        if part.rows:
            trace.packed += part.calls
            trace.extend(part.low_ns, part.high_ns)
        return False

    def met(self, batch: Batch) -> set[bytes]:
        """Remember what calls are known by in other traces; give the traces of those that may be known there."""
        met, known = set[bytes](), self._answers
        for answer, trace_id in batch.answers():
            if answer in known:
                met.add(trace_id)
            elif answer:
                known[answer] = trace_id
        self._look_back(self._apart.new_services(batch))
        return met | self._apart.meet(batch)

    def _look_back(self, services: set[str]) -> None:
        """Take up for `apart` the newest calls of services that it did not look at before."""
        if services:
            newest = islice(reversed(self._fresh.items()), _MOST_LOOKED_AT)
            of_labels = ((key, values[_SERVICE]) for key, values in self._labels.items())
            self._apart.learn(newest, {key: service for key, service in of_labels if service in services})

    def trace(self, trace_id: bytes) -> Trace:
        """Give a trace of which a span was linked."""
        return self._fresh.get(trace_id) or self._quiet[trace_id]

    def tree(self, trace_id: bytes) -> Tree:
        """Give the tree of a trace, the same one until `batch_ends`."""
        tree = self._trees.get(trace_id)
        if tree is None:
            tree = self._trees[trace_id] = Tree.of(self.trace(trace_id))
        return tree

    def batch_ends(self) -> None:
        """Let go of what was read for one batch."""
        self._trees.clear()

    def keep(self, trace_id: bytes, call: Call) -> None:
        """Remember a call of a trace."""
        trace = self.trace(trace_id)
        trace.unpack().append(call)
        trace.extend(call.start_ns, call.end_ns)
        if trace_id in self._trees:
            self._trees[trace_id].keep(call)

    def twins(self, trace_id: bytes, call: Call) -> tuple[list[Call], list[Call]]:
        """Find the calls that are the same without being around it or within it, and those around and within them.

        They have the same response id, in whatever trace, or another emitter told them, beside it or apart.
        """
        told_in = self._answers.get(call.answer) if call.answer else None
        if told_in is not None:
            tree = self.tree(told_in)
            told = tree.answers.get(call.answer, [])[:_MOST_TWINS]
            if twins := [other for other in told if same_answer(other, call)]:
                self._changed.add(told_in)  # who judges changes them
                return twins, _near(tree, twins)
        reports = list[Call]()
        if self.trace(trace_id).reaches(call.start_ns, call.end_ns):
            tree = self.tree(trace_id)
            twins, reports = beside(call, tree)
            if twins:
                return twins, [*_near(tree, twins), *reports]
        twins, near = self._found_apart(trace_id, call)
        return twins, [*near, *reports]

    def _found_apart(self, trace_id: bytes, call: Call) -> tuple[list[Call], list[Call]]:
        """Find the call of another trace that is the same, with what is near it and the reports of what it used."""
        service = self._service(call)
        reports = list[Call]()
        for trace, others, other in self._candidates(trace_id, call, service) if service else ():
            if not apart(call, self.tree(trace_id), other, others):
                continue
            self._changed.add(trace)
            if other.lasting or not call.lasting:
                return [other], [*_near(others, [other]), *reports]
            reports.append(other)
        return [], reports

    def _candidates(self, trace_id: bytes, call: Call, service: str) -> Iterator[tuple[bytes, Tree, Call]]:
        """Give calls of other traces of a service that another emitter may have told, with their trees."""
        if service not in self._apart.services:
            return
        place = Place(trace_id, service, call.span, call.start_ns, call.end_ns, call.emitter, call.answer)
        for trace, _, span, *_ in self._apart.near(place, (call.input_tokens, call.output_tokens)):
            other = self.tree(trace).calls.get(span) if trace in self else None
            both = other is not None and {call.emitter, other.emitter} <= NOT_AROUND
            # Of two that are not around the SDK each may have an agent's span of its own around it.
            if other is not None and (both or 0 in (self._parent(trace_id, call), self._parent(trace, other))):
                yield trace, self.tree(trace), other

    def _parent(self, trace_id: bytes, call: Call) -> int | None:
        return self.tree(trace_id).parents.get(call.span)

    def _service(self, call: Call) -> str | None:
        labels = self._labels.get(call.labels)
        return None if labels is None else labels[_SERVICE]

    def learn(self, calls: pl.DataFrame, keys: pl.Series) -> None:
        """Remember the values of DIMENSIONS of calls by their keys."""
        new = [key for key in keys.unique().to_list() if key not in self._labels]
        if not new:
            return
        if len(self._labels) + len(new) > _MAX_LABELS:
            self._labels = self._labels_in_use()
        found = calls.select(DIMENSIONS).with_columns(keys.alias("key")).filter(pl.col("key").is_in(new)).unique("key")
        self._labels.update({row[-1]: row[:-1] for row in found.iter_rows()})

    def labels(self, key: int) -> Labels | None:
        """Give values of DIMENSIONS; null where they were forgotten."""
        return self._labels.get(key)

    def became_quiet(self, now_ns: int) -> Iterator[tuple[bytes, Trace]]:
        """Take out the traces of which no span came for QUIET_NS: each is to be put back or forgotten."""
        yield from _older(self._fresh, now_ns - QUIET_NS)

    def put_back(self, trace_id: bytes, trace: Trace) -> None:
        """Remember a quiet trace for longer."""
        self._quiet[trace_id] = trace
        self._changed.add(trace_id)

    def forget(self, trace_id: bytes, trace: Trace) -> None:
        """Let go of a trace that was taken out."""
        self._spans -= trace.spans
        self._changed.discard(trace_id)
        if trace.piece:
            self._book.bury(trace.piece, trace_id)
        self._forget_answers(trace_id, trace.column("answer"))

    def shrink(self, now_ns: int) -> None:
        """Forget what is too old, and what is too much."""
        for trace_id, trace in _older(self._quiet, now_ns - FORGET_NS):
            self._lose(trace_id, trace)
        while self._spans > self._max_spans:
            trace_id, trace = (self._quiet or self._fresh).popitem(last=False)
            self.evicted += trace.spans
            self._lose(trace_id, trace)

    def checkpoint(self) -> tuple[dict[str, Any], Pieces]:
        """Give what a checkpoint keeps: the traces in pieces, of which only what changed is new."""
        if entries := list(self._to_write()):
            number = self._book.write(msgspec.msgpack.encode(entries), len(entries))
            for trace_id, _, trace in entries:
                if trace.piece:
                    self._book.bury(trace.piece, trace_id)
                trace.piece = number
        self._changed.clear()
        state = {
            "labels": self._labels, "blind_ns": self.blind_ns, "evicted": self.evicted, "pieces": self._book.dump(),
            "apart": sorted(self._apart.services),
        }  # fmt: skip
        return state, self._book.pieces()

    def saved(self) -> None:
        """Say that the last checkpoint is on the disk."""
        self._book.saved()

    def load(self, state: Mapping[str, Any], pieces: Mapping[int, bytes]) -> None:
        """Take up what a checkpoint kept."""
        self._labels = {key: tuple(labels) for key, labels in state["labels"].items()}
        self.blind_ns, self.evicted = state["blind_ns"], state["evicted"]
        found = list[Entry]()
        for number, dead in self._book.load(state["pieces"]).items():
            for entry in msgspec.msgpack.decode(pieces[number], type=list[Entry]):
                if entry[0] not in dead:
                    entry[2].piece = number
                    found.append(entry)
        for trace_id, is_quiet, trace in sorted(found, key=lambda entry: entry[2].seen_ns):
            (self._quiet if is_quiet else self._fresh)[trace_id] = trace
            self._spans += trace.spans
            for answer in trace.column("answer"):
                if answer:
                    self._answers.setdefault(answer, trace_id)
        self._apart.services = set(state.get("apart", ()))
        self._look_back(self._apart.services)

    def _to_write(self) -> Iterator[Entry]:
        thin = self._book.thin()
        for traces, is_quiet in ((self._fresh, False), (self._quiet, True)):
            if thin:
                yield from (
                    (key, is_quiet, trace)
                    for key, trace in traces.items()
                    if trace.piece in thin or key in self._changed
                )
            else:
                yield from ((key, is_quiet, traces[key]) for key in self._changed if key in traces)

    def _lose(self, trace_id: bytes, trace: Trace) -> None:
        if trace.calls or trace.packed:
            self.blind_ns = max(self.blind_ns, trace.seen_ns)
        self.forget(trace_id, trace)

    def _halve(self, trace_id: bytes, trace: Trace) -> None:
        lost, calls = trace.halve()
        self._spans -= lost
        self.evicted += lost
        self.blind_ns = max(self.blind_ns, trace.seen_ns)
        self._forget_answers(trace_id, [call.answer for call in calls])

    def _forget_answers(self, trace_id: bytes, answers: Iterable[int]) -> None:
        for answer in answers:
            if self._answers.get(answer) == trace_id:
                del self._answers[answer]

    def _labels_in_use(self) -> dict[int, Labels]:
        used = {key for traces in (self._fresh, self._quiet) for t in traces.values() for key in t.column("labels")}
        return {key: labels for key, labels in self._labels.items() if key in used}


def _near(tree: Tree, twins: Iterable[Call]) -> list[Call]:
    return [near for twin in twins for near in (*tree.above(twin), *tree.below(twin))]


def _older(traces: OrderedDict[bytes, Trace], than_ns: int) -> Iterator[tuple[bytes, Trace]]:
    while traces and next(iter(traces.values())).seen_ns <= than_ns:
        yield traces.popitem(last=False)

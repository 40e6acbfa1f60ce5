"""One trace as far as it is remembered: who is whose parent, its calls, and the totals that agents told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

from spanwise_collector.resolve.call import CALL, Call, alike, at_once, unpacked

LINK_BYTES: Final = 16  # span id and parent id
_NEVER_NS: Final = 2**63 - 1
_DEEPEST: Final = 64
_MOST: Final = 512


class Total(msgspec.Struct, array_like=True):
    """What an agent or a workflow told as the sum of the calls below it.

    Attributes:
        span: the span id as a number.
        start_ns: Unix time.
        row: what is counted if nobody below it tells tokens.
        dialect: of its span.
        used: it was counted.
    """

    span: int
    start_ns: int
    row: dict[str, Any]
    dialect: str | None
    used: bool = False


class Trace(msgspec.Struct, array_like=True, gc=False):
    """A trace of which spans may still come.

    Attributes:
        seen_ns: when its last span came.
        rooted: its root was seen.
        links: pairs of span id and parent id (0 for none), 8 bytes each.
        packed: its calls that are counted whole, as CALL.
        calls: those of which more is to be remembered; most traces have none.
        totals: what its agents told; so is this.
        low_ns: when the first of its calls began.
        high_ns: when the last of its calls ended.
        piece: which piece of the checkpoint has it; 0 for none.
    """

    seen_ns: int
    rooted: bool = False
    links: bytes = b""
    packed: bytes = b""
    calls: list[Call] | None = None
    totals: list[Total] | None = None
    low_ns: int = _NEVER_NS
    high_ns: int = -_NEVER_NS
    piece: int = 0

    @property
    def spans(self) -> int:
        """How many of its spans are remembered."""
        return len(self.links) // LINK_BYTES

    def reaches(self, low_ns: int, high_ns: int) -> bool:
        """Tell whether its calls may overlap a time."""
        return low_ns <= self.high_ns and high_ns >= self.low_ns

    def extend(self, low_ns: int, high_ns: int) -> None:
        """Say that calls within a time are added."""
        self.low_ns, self.high_ns = min(self.low_ns, low_ns), max(self.high_ns, high_ns)

    def wait_for(self, total: Total) -> None:
        """Add what an agent told, until it is known whether it counts."""
        self.totals = [*(self.totals or ()), total]

    def unpack(self) -> list[Call]:
        """Give all its calls, one by one from now on."""
        if self.packed or self.calls is None:
            self.calls = [*unpacked(self.packed), *(self.calls or ())]
            self.packed = b""
        return self.calls

    def column(self, name: str) -> list[int]:
        """Give one value of each of its calls."""
        packed: list[int] = np.frombuffer(self.packed, CALL)[name].tolist()
        return [*packed, *(getattr(call, name) for call in self.calls or ())]

    def halve(self) -> tuple[int, list[Call]]:
        """Forget the older half: give how many spans that are, and the calls."""
        spans, calls = self.spans // 2, self.unpack()
        self.links = self.links[spans * LINK_BYTES :]
        self.calls = calls[len(calls) // 2 :]
        return spans, calls[: len(calls) // 2]


@dataclass(slots=True)
class Tree:
    """The spans of a trace by parent, its calls by span and by response id, and who told them, for one batch."""

    parents: dict[int, int]
    children: dict[int, list[int]]
    calls: dict[int, Call]
    answers: dict[int, list[Call]]
    emitters: set[int]

    @classmethod
    def of(cls, trace: Trace) -> Tree:
        """Read what a trace remembers."""
        pairs: list[list[int]] = np.frombuffer(bytes(trace.links), "<u8").reshape(-1, 2).tolist()
        tree = cls({}, {}, {}, {}, set())
        for span, parent in pairs:
            tree.parents[span] = parent
            tree.children.setdefault(parent, []).append(span)
        for call in trace.unpack():
            tree.keep(call)
        return tree

    def keep(self, call: Call) -> None:
        """Add a call."""
        self.calls[call.span] = call
        self.emitters.add(call.emitter)
        if call.answer:
            self.answers.setdefault(call.answer, []).append(call)

    def chain(self, span: int) -> Iterator[int]:
        """Walk from a span's parent upwards, at most _DEEPEST spans; a circle ends where it closes."""
        walked = {span, 0}
        while (above := self.parents.get(span, 0)) not in walked and len(walked) <= _DEEPEST:
            walked.add(above)
            yield above
            span = above

    def above(self, call: Call) -> list[Call]:
        """Find the spans around a call that tell the same, the nearest first."""
        around = (self.calls[span] for span in self.chain(call.span) if span in self.calls)
        return [other for other in around if _the_same(call, other)]

    def below(self, call: Call) -> list[Call]:
        """Find the spans below a call that tell the same, as far as _MOST spans below it tell."""
        found = list[Call]()
        waiting, walked = [call.span], {call.span}
        while waiting and len(walked) <= _MOST:
            nearer = [span for span in self.children.get(waiting.pop(), ()) if span not in walked]
            walked.update(nearer)
            waiting += nearer
            found += (self.calls[span] for span in nearer if span in self.calls)
        return [other for other in found if _the_same(call, other)]


def _the_same(call: Call, other: Call) -> bool:
    # What was guessed to be another's says nothing of what lies around it: that proves the guess wrong.
    return alike(call, other) and at_once(call, other) and not other.guessed


def uncovered(trace: Trace) -> list[Total]:
    """Choose the totals below which nobody tells tokens, the innermost where several lie in one another."""
    waiting = [total for total in trace.totals or () if not total.used]
    if not waiting:
        return []
    tree = Tree.of(trace)
    covered = {
        above for call in trace.unpack() if call.told or call.used for above in (call.span, *tree.chain(call.span))
    }
    covered.update(above for total in trace.totals or () for above in tree.chain(total.span))
    return [total for total in waiting if total.span not in covered]

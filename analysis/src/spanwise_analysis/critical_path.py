"""Which calls does one run wait for, one after the other?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

import polars as pl

_NANO: Final = 1_000_000_000
_COLUMNS: Final = ("span_id", "parent_span_id", "name", "category", "start_ns", "end_ns")


@dataclass(frozen=True, slots=True)
class Leg:
    """A piece of time in which the run waited for this span itself, not for one beneath it."""

    span_id: bytes
    name: str
    category: str | None
    start_ns: int
    end_ns: int

    @property
    def duration_s(self) -> float:
        """Give the length of the leg."""
        return (self.end_ns - self.start_ns) / _NANO


@dataclass(frozen=True, slots=True)
class _Span:
    span_id: bytes
    parent_span_id: bytes | None
    name: str
    category: str | None
    start_ns: int
    end_ns: int

    def leg(self, start_ns: int, end_ns: int) -> list[Leg]:
        return [Leg(self.span_id, self.name, self.category, start_ns, end_ns)] if end_ns > start_ns else []


def critical_path(spans: pl.DataFrame) -> list[Leg]:
    """List the legs of the longest root span, first to last; they fill its time without gap or overlap.

    Takes the spans of one trace with the columns of `spanwise_schema.columns.STORED`, in any order. Walking back
    from a span's end, the child that ended last is what was waited for; then the one that ended before it began.
    """
    every = [_Span(*row) for row in spans.select(_COLUMNS).sort("end_ns", "start_ns", "span_id").iter_rows()]
    known = {span.span_id for span in every}
    roots = [span for span in every if span.parent_span_id not in known]
    if not roots:
        return []
    longest = max(roots, key=lambda span: (span.end_ns - span.start_ns, span.span_id))
    return _walk_back(longest, _children(every))


def _children(spans: list[_Span]) -> dict[bytes | None, list[_Span]]:
    by_parent = sorted(spans, key=lambda span: span.parent_span_id or b"")  # stable: still by end within a parent
    return {parent: list(group) for parent, group in groupby(by_parent, key=lambda span: span.parent_span_id)}


def _walk_back(root: _Span, children: dict[bytes | None, list[_Span]]) -> list[Leg]:
    """Walk from the root's end to its start, into each child that was waited for."""
    legs: list[Leg] = []
    open_spans = [(root, root.start_ns)]  # a span, and the time before which it is no longer asked
    now_ns = root.end_ns
    while open_spans:
        span, floor_ns = open_spans[-1]
        waiting = children.get(span.span_id, [])
        while waiting and waiting[-1].end_ns > now_ns:
            waiting.pop()  # still at work later: not what was waited for here
        if waiting and waiting[-1].end_ns > floor_ns:
            child = waiting.pop()
            legs += span.leg(child.end_ns, now_ns)
            now_ns = child.end_ns
            open_spans.append((child, max(child.start_ns, floor_ns)))
        else:
            legs += span.leg(floor_ns, now_ns)
            now_ns = min(now_ns, floor_ns)
            open_spans.pop()
    return legs[::-1]

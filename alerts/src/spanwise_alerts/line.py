"""One series over time, and what it comes to over any window of it."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

ADDED: Final = frozenset({"sum", "count", "ratio"})
"""Statistics of a long window that can be made of those of short ones beside each other."""


@dataclass(slots=True)
class Line:
    """The points of one series; with sums from the first point to each, where windows are put together."""

    at_s: list[float]
    values: list[float | None]
    counts: list[int]
    parts: list[float] = field(default_factory=list[float])
    seen: list[int] = field(default_factory=list[int])

    def sum_up(self, stat: str) -> None:
        """Add up from the first point on."""
        parts = [
            (value or 0.0) * (count if stat == "ratio" else 1)
            for value, count in zip(self.values, self.counts, strict=True)
        ]
        self.parts, self.seen = [0.0, *accumulate(parts)], [0, *accumulate(self.counts)]

    def between(self, stat: str, after_s: float, until_s: float) -> tuple[float | None, int]:
        """Return the value and the count of all points after one moment up to another."""
        first, last = bisect.bisect_right(self.at_s, after_s), bisect.bisect_right(self.at_s, until_s)
        count, part = self.seen[last] - self.seen[first], self.parts[last] - self.parts[first]
        if not count:
            return None, 0
        return (part / count if stat == "ratio" else part), count

    def last(self, until_s: float, within_s: float) -> tuple[float | None, int]:
        """Return the newest point up to a moment, and no older than so much."""
        place = bisect.bisect_right(self.at_s, until_s) - 1
        if place < 0 or self.at_s[place] < until_s - within_s:
            return None, 0
        return self.values[place], self.counts[place]

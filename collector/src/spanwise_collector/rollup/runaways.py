"""The runs that may have run away: looked at when calls repeat, and again as long as they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from spanwise_collector.rollup.runaway import Runaway, runaway_of
from spanwise_collector.rollup.suspects import Suspects
from spanwise_schema.measures import NANO

MOST_WATCHED: Final = 2_000
MOST_LOOKS: Final = 64
"""Traces in which calls repeat that are looked at in one go; the others have their turn in the next."""
MOST_SLOW: Final = 4
"""The same of those that just use much."""
SLOWLY_NS: Final = 5 * NANO
"""What a run uses is looked at again after so long; what repeats, with the next repetition."""
CALMLY_NS: Final = 60 * NANO
"""The same where nothing was found the last time."""
KEPT_NS: Final = 60 * NANO
"""So long a run is told of after it ended."""
QUIET_NS: Final = 120 * NANO
"""After so long without a span a loop is taken for left: whoever loops calls."""

Spans = Callable[[bytes], pl.DataFrame]
"""Gives the spans that are held of a trace, columns SPANS, in order; none where it was let go of."""


class Runaways:
    """Watches traces. One thread adds; any may read `found`."""

    def __init__(self) -> None:
        self._suspects = Suspects()
        self._due: dict[bytes, int] = {}  # when a trace is looked at in which calls repeat
        self._slow: dict[bytes, int] = {}  # when one is looked at that uses much
        self._looked: dict[bytes, int] = {}
        self._came: dict[bytes, int] = {}  # of what was found: when its last span did
        self._found: dict[bytes, Runaway] = {}
        self.found: tuple[Runaway, ...] = ()
        self.evicted = 0

    def add(self, spans: pl.DataFrame, now_ns: int) -> None:
        """Take spans that came for the first time (columns SPANS among others)."""
        loops, much = self._suspects.add(spans, now_ns)
        if self._found:
            known = self._found.keys() & set(spans["trace_id"].unique().to_list())
            self._came.update(dict.fromkeys(known, now_ns))
            loops |= known
        for key in loops:
            self._due[key] = min(now_ns, self._due.get(key, now_ns))
        for key in much:
            due_ns = max(now_ns, self._looked.get(key, 0) + CALMLY_NS)
            self._slow[key] = min(due_ns, self._slow.get(key, due_ns))
        for waiting in (self._due, self._slow):
            if len(waiting) > MOST_WATCHED:
                self._let_go(waiting)

    def look(self, spans_of: Spans, now_ns: int) -> None:
        """Look at the traces that are due, and publish what was found."""
        due = list[bytes]()
        for waiting, most in ((self._due, MOST_LOOKS), (self._slow, MOST_SLOW)):
            chosen = [key for key, due_ns in waiting.items() if due_ns <= now_ns][:most]
            for key in chosen:
                del waiting[key]
            due += chosen
        for key in dict.fromkeys(due):
            self._look(key, spans_of(key), now_ns)
        if due:
            self._looked = {k: at for k, at in self._looked.items() if now_ns - at < CALMLY_NS or k in self._found}
            self.found = tuple(self._found.values())

    def _look(self, key: bytes, spans: pl.DataFrame, now_ns: int) -> None:
        self._looked[key] = now_ns
        found = runaway_of(spans, now_ns) if spans.height else None
        came_ns = self._came.setdefault(key, now_ns)
        keep_ns = QUIET_NS if found is None or found.running else KEPT_NS
        if found is None or now_ns - came_ns >= keep_ns:
            self._found.pop(key, None)
            del self._came[key]
            return
        self._found[key] = found
        self._due[key] = now_ns + SLOWLY_NS

    def _let_go(self, waiting: dict[bytes, int]) -> None:
        """Forget of those that were found nothing of the ones that wait for longest."""
        over = len(waiting) - MOST_WATCHED
        for key in [key for key in waiting if key not in self._found][:over]:
            del waiting[key]
            self.evicted += 1

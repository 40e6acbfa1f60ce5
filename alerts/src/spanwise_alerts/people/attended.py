"""The attention of all alerts: what ends when, and which alert waits to climb on."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence

from spanwise_alerts.people.attention import Attention
from spanwise_alerts.people.climb import over


class Attended:
    """Attention by fingerprint; one that says nothing is not kept."""

    def __init__(self, recorded: Iterable[Attention] = ()) -> None:
        self._all = {attention.fingerprint: attention for attention in recorded}
        self._queue: list[tuple[float, str]] = []
        self._waiting: set[str] = set()
        self.chains: Mapping[str, Sequence[float]] = {}

    def configure(self, chains: Mapping[str, Sequence[float]]) -> None:
        """Take the escalations in place of those before: the moments of the steps of each, by name."""
        self.chains = chains
        self._queue, self._waiting = [], set()
        for attention in self._all.values():
            self._watch(attention)

    def get(self, mark: str) -> Attention:
        """Return the attention that an alert has."""
        return self._all.get(mark) or Attention(mark)

    def all(self) -> Mapping[str, Attention]:
        """Return all by fingerprint."""
        return self._all

    def put(self, attention: Attention) -> None:
        """Keep the attention of an alert as it is now."""
        if attention.blank:
            self.drop(attention.fingerprint)
        else:
            self._all[attention.fingerprint] = attention
            self._watch(attention)

    def drop(self, mark: str) -> bool:
        """Forget the attention of an alert; return whether there was any."""
        self._waiting.discard(mark)
        return self._all.pop(mark, None) is not None

    def due(self, now_s: float) -> list[Attention]:
        """Take those of which something ends or begins now."""
        found: dict[str, Attention] = {}
        while self._queue and self._queue[0][0] <= now_s:
            at_s, mark = heapq.heappop(self._queue)
            attention = self._all.get(mark)
            if attention is not None and attention.next_s() == at_s:
                found[mark] = attention
        return list(found.values())

    def waiting(self) -> list[Attention]:
        """Return those that have steps left and are held back from them."""
        return [self._all[mark] for mark in sorted(self._waiting)]

    def waits(self, mark: str) -> bool:
        """Whether an alert has steps left and is held back from them."""
        return mark in self._waiting

    def next_s(self) -> float:
        """Return when something of it ends or begins next (Unix time); infinite where nothing does."""
        while self._queue and self.get(self._queue[0][1]).next_s() != self._queue[0][0]:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else math.inf

    def _watch(self, attention: Attention) -> None:
        if (at_s := attention.next_s()) is not None:
            heapq.heappush(self._queue, (at_s, attention.fingerprint))
        waits = not attention.quiet and any(
            climb.next_s is None and name in self.chains and not over(climb, self.chains[name])
            for name, climb in attention.climbs.items()
        )
        (self._waiting.add if waits else self._waiting.discard)(attention.fingerprint)

"""The bounded queue between the doors and the pipeline: refuse when full, drain on stop."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from spanwise_collector.batch import Decoded

_MANY_BYTES: Final = 6 * 2**20
"""Worth a batch too: a few of these are all that may be in work, and lingering then only refuses senders."""


@dataclass(frozen=True, slots=True)
class Item:
    """One acknowledged request on its way: its number in the journal, when it came, its bytes, what is in it."""

    seq: int
    received_ns: int
    size_bytes: int
    decoded: Decoded


class Handover:
    """Hands requests from the event loop to the pipeline's thread."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._hurry = False
        self._closed = False

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> None:
        """Hand over a request that is in the journal; never refused, as admission was before the journal."""
        with self._changed:
            self._items.append(item)
            self._changed.notify()

    def hurry(self) -> None:
        """Do not linger: somebody waits for the numbers."""
        with self._changed:
            self._hurry = True
            self._changed.notify()

    def close(self) -> None:
        """Say that nothing more comes; what is queued is still taken."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def take(self, rows: int, linger_s: float, idle_s: float) -> Sequence[Item] | None:
        """Wait for requests and take up to about `rows` spans of them.

        Args:
            rows: stop collecting at so many spans.
            linger_s: how long to wait for more once there is one, so that batches are worth their while.
            idle_s: how long to wait for the first.

        Returns:
            The requests in order, none if none came in time, null when closed and empty.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed or self._hurry, idle_s)
            if self._items:
                self._changed.wait_for(lambda: self._hurry or self._closed or self._enough(rows), linger_s)
            self._hurry = False
            if not self._items:
                return None if self._closed else ()
            return self._pop(rows)

    def _enough(self, rows: int) -> bool:
        height = sum(item.decoded.frame.height for item in self._items)
        return height >= rows or sum(item.size_bytes for item in self._items) >= _MANY_BYTES

    def _pop(self, rows: int) -> Sequence[Item]:
        taken: list[Item] = []
        while self._items and rows > 0:
            item = self._items.popleft()
            rows -= item.decoded.frame.height
            taken.append(item)
        return taken

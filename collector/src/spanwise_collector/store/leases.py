"""Files that are no longer part of the store stay until nobody reads them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class Leases:
    """Count readers, and say which dropped files none of them can see. The caller brings the lock."""

    def __init__(self) -> None:
        self._next = 0
        self._held: set[int] = set()
        self._dropped: list[tuple[int, Path]] = []  # the first lease that cannot see it any more

    def take(self) -> int:
        """Begin to read; pass the result to `give_back`."""
        self._next += 1
        self._held.add(self._next)
        return self._next

    def give_back(self, lease: int) -> None:
        """End reading."""
        self._held.remove(lease)

    def drop(self, paths: Iterable[Path]) -> None:
        """Note files that the store has just stopped to name."""
        self._dropped.extend((self._next + 1, path) for path in paths)

    def unseen(self) -> list[Path]:
        """Return each dropped file that no reader can see, once."""
        oldest = min(self._held, default=self._next + 1)
        gone = [path for since, path in self._dropped if since <= oldest]
        self._dropped = [(since, path) for since, path in self._dropped if since > oldest]
        return gone

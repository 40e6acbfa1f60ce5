"""A checkpoint in pieces: what did not change since it was written is not written again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

_KEY_BYTES: Final = 16
_MOST: Final = 64


class Pieces(NamedTuple):
    """What a checkpoint has beside the state that is written each time.

    Attributes:
        keep: numbers of the pieces that are still needed, those in `new` among them.
        new: the pieces that may not be on the disk yet, by number.
    """

    keep: frozenset[int]
    new: Mapping[int, bytes]


NO_PIECES: Final = Pieces(frozenset(), {})


class PieceBook:
    """Which pieces there are, and which of their entries hold no more: another piece has them, or they are gone.

    Entries are known by keys of 16 bytes. Who has them remembers of each the piece that it was written in.
    """

    def __init__(self) -> None:
        self._entries: dict[int, int] = {}
        self._dead: dict[int, bytearray] = {}
        self._new: dict[int, bytes] = {}
        self._next = 1

    def thin(self) -> set[int]:
        """Name the pieces whose entries are to be written again: less than half of them hold, or there are many."""
        live = {number: count - self._gone(number) for number, count in self._entries.items()}
        found = {number for number, count in live.items() if 2 * count < self._entries[number]}
        return found if len(live) <= _MOST else found | set(sorted(live, key=live.__getitem__)[: _MOST // 2])

    def write(self, data: bytes, entries: int) -> int:
        """Take up a piece with so many entries and give its number."""
        number, self._next = self._next, self._next + 1
        self._entries[number] = entries
        self._new[number] = data
        return number

    def bury(self, number: int, key: bytes) -> None:
        """Say that an entry of a piece does not hold any more; a piece without any is let go of."""
        dead = self._dead.setdefault(number, bytearray())
        dead += key
        if self._gone(number) == self._entries[number]:
            del self._entries[number], self._dead[number]
            self._new.pop(number, None)

    def pieces(self) -> Pieces:
        """Give the pieces for a checkpoint."""
        return Pieces(frozenset(self._entries), dict(self._new))

    def saved(self) -> None:
        """Say that the pieces of the last checkpoint are on the disk."""
        self._new.clear()

    def dump(self) -> dict[str, Any]:
        """Give what a checkpoint keeps beside the pieces."""
        dead = {number: bytes(keys) for number, keys in self._dead.items()}
        return {"entries": self._entries, "dead": dead, "next": self._next}

    def load(self, dumped: Mapping[str, Any]) -> dict[int, set[bytes]]:
        """Take up what a checkpoint kept: give each piece with the keys of the entries that do not hold."""
        self._entries, self._next = dict(dumped["entries"]), dumped["next"]
        self._dead = {number: bytearray(keys) for number, keys in dumped["dead"].items()}
        return {number: set(_keys(self._dead.get(number, b""))) for number in self._entries}

    def _gone(self, number: int) -> int:
        return len(self._dead.get(number, ())) // _KEY_BYTES


def _keys(joined: bytes | bytearray) -> list[bytes]:
    return [bytes(joined[at : at + _KEY_BYTES]) for at in range(0, len(joined), _KEY_BYTES)]

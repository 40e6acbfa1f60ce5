"""Work that is put off from the way of a call and done for many calls at once, which is several times cheaper.

Between two calls the program's own work empties the processor's caches; what is done in a row finds them full.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from spanwise import guard

_PLACE: Final = f"{__name__}.Later.settle"
MOST: Final = 64
MOST_BYTES: Final = 1024 * 1024


class Late(Protocol):
    """Something of a call that is put off."""

    def settle(self) -> "Follow | None":
        """Do what was put off; once, however often it is asked for. Give what is to be done when the lock is free."""
        ...


Follow = Callable[[], None]


class Later:
    """What is put off: settled when 64 calls or 1 MiB are waiting, or when somebody needs to know."""

    def __init__(self) -> None:
        self._waiting: deque[Late] = deque()
        self._bytes = 0
        self._lock = threading.RLock()  # a collection of garbage may end another call while it is held

    def put(self, late: Late, size_bytes: int) -> None:
        """Put something off that holds so many bytes."""
        self._waiting.append(late)
        self._bytes += size_bytes  # two threads may count as one: then it is a little more that waits
        if len(self._waiting) >= MOST or self._bytes >= MOST_BYTES:
            self.settle()

    def settle(self) -> None:
        """Settle all that is waiting, in the order in which it was put off."""
        follows: list[Follow] = []
        with self._lock:
            self._bytes = 0
            for _ in range(len(self._waiting)):
                if self._waiting:  # a collection of garbage may have settled the rest
                    _settle(self._waiting.popleft(), follows)
        _follow(follows)

    def settle_one(self, late: Late) -> None:
        """Settle one thing before its turn."""
        follows: list[Follow] = []
        with self._lock:
            _settle(late, follows)
        _follow(follows)

    def free(self) -> None:
        """Be free in a forked child, whatever a thread of the parent was about.

        A fork does not wait for the lock: below it others are taken, and a fork takes those first.
        """
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._waiting)


def _settle(late: Late, follows: list[Follow]) -> None:
    try:
        follow = late.settle()
    except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
        follow = partial(guard.report, _PLACE, fault)
    if follow is not None:
        follows.append(follow)


def _follow(follows: list[Follow]) -> None:
    """Do what takes locks of others, which may wait for ours; a log is the program's, and may have a lock as well."""
    for follow in follows:
        follow()


LATER: Final = Later()
"""That of this process."""
os.register_at_fork(after_in_child=LATER.free)

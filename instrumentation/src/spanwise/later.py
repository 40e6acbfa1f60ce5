"""Work that is put off from the way of a call and done for many calls at once, which is several times cheaper.

Between two calls the program's own work empties the processor's caches; what is done in a row finds them full.
"""

import os
import threading
from collections import deque
from typing import Final, Protocol

from spanwise import guard

MOST: Final = 64
MOST_BYTES: Final = 1024 * 1024


class Late(Protocol):
    """Something of a call that is put off."""

    def settle(self) -> None:
        """Do what was put off; once, however often it is asked for."""
        ...


_lock = threading.RLock()  # a collection of garbage may end another call while it is held
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


class Later:
    """What is put off: settled when 64 calls or 1 MiB are waiting, or when somebody needs to know."""

    def __init__(self) -> None:
        self._waiting: deque[Late] = deque()
        self._bytes = 0

    def put(self, late: Late, size_bytes: int) -> None:
        """Put something off that holds so many bytes."""
        self._waiting.append(late)
        self._bytes += size_bytes  # two threads may count as one: then it is a little more that waits
        if len(self._waiting) >= MOST or self._bytes >= MOST_BYTES:
            self.settle()

    def settle(self) -> None:
        """Settle all that is waiting, in the order in which it was put off."""
        faults: list[Exception] = []
        with _lock:
            self._bytes = 0
            for _ in range(len(self._waiting)):
                if self._waiting:  # a collection of garbage may have settled the rest
                    _settle(self._waiting.popleft(), faults)
        _report(faults)

    def settle_one(self, late: Late) -> None:
        """Settle one thing before its turn."""
        faults: list[Exception] = []
        with _lock:
            _settle(late, faults)
        _report(faults)

    def __len__(self) -> int:
        return len(self._waiting)


def _settle(late: Late, faults: list[Exception]) -> None:
    try:
        late.settle()
    except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
        faults.append(fault)


def _report(faults: list[Exception]) -> None:
    """Report faults when the lock is free: where they are logged is the program's, which may hold a lock of its own."""
    for fault in faults:
        guard.report(f"{__name__}.Later.settle", fault)


LATER: Final = Later()
"""That of this process."""

"""Remembers calls that failed for the moment, so that the next attempt at the same call says what it repeats."""

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from time import perf_counter_ns

KEPT_NS = 60_000_000_000
MOST = 1024
_NOT_RETRIED = frozenset({"CancelledError", "Cancelled", "KeyboardInterrupt", "SystemExit", "GeneratorExit"})
_STATUSES = frozenset({408, 409, 425, 429})
_SERVER_ERROR = 500

Key = tuple[object, ...]
"""Who calls, which address, and which body."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed: by which status or exception, when, and how many went before it."""

    reason: str
    at_ns: int
    resends: int


FAILURES: OrderedDict[Key, Failure] = OrderedDict()
"""What is remembered; where it is empty, no key need be made."""
_lock = threading.RLock()  # a collection of garbage may end another attempt while it is held
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


def failed(key: Key, reason: str, resends: int) -> None:
    """Remember a failure that may be tried again; the oldest beyond 1,024 is forgotten."""
    if not _retried(reason):
        return
    with _lock:
        FAILURES[key] = Failure(reason, perf_counter_ns(), resends)
        FAILURES.move_to_end(key)
        if len(FAILURES) > MOST:
            FAILURES.popitem(last=False)


def repeated(key: Key) -> Failure | None:
    """Give the failure that an attempt repeats, once, within a minute."""
    with _lock:
        failure = FAILURES.pop(key, None)
    return failure if failure is not None and perf_counter_ns() - failure.at_ns <= KEPT_NS else None


def forget() -> None:
    """Forget all failures."""
    with _lock:
        FAILURES.clear()


def _retried(reason: str) -> bool:
    if reason.isdecimal():
        return int(reason) in _STATUSES or int(reason) >= _SERVER_ERROR
    return reason not in _NOT_RETRIED

"""What is still under way when the program ends or forks: its spans end as far as they came, and in one process."""

import atexit
import os
from typing import Protocol

from spanwise import guard


class Endable(Protocol):
    """Something with a span that has not ended."""

    def end(self, error_type: str | None = None) -> None:
        """End the span with what is known by now."""
        ...

    def leave_to_parent(self) -> None:
        """End without a word: the span is that of the process which forked, and ends there."""
        ...


class _Forks:
    count = 0


UNDER_WAY: set[Endable] = set()


def end_at_exit() -> None:
    """Call when the provider is known: what is registered last runs first, so this comes before its shutdown."""
    atexit.unregister(end_all)
    atexit.register(end_all)


def forget() -> None:
    """Let all that is under way end by itself or not at all."""
    UNDER_WAY.clear()
    atexit.unregister(end_all)


@guard.guarded
def end_all() -> None:
    """End all spans that are under way, told as far as they came."""
    for one in tuple(UNDER_WAY):
        one.end()


def forks() -> int:
    """Count the forks that led to this process: a span begun at another count is not this process's to end."""
    return _Forks.count


@guard.guarded
def _leave_to_parent() -> None:
    _Forks.count += 1
    for one in tuple(UNDER_WAY):
        one.leave_to_parent()
    UNDER_WAY.clear()


os.register_at_fork(after_in_child=_leave_to_parent)

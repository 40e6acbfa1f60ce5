"""How hard a channel is tried: many letters at once while it takes them, one by one while it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from spanwise_alerts.alert import Outcome

_AT_ONCE: Final = 64
_PATIENCE: Final = 8
_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 60.0


def wait_s(attempts: int, share: float) -> float:
    """Return how long to wait after so many failed attempts before: doubling, a minute at most.

    Args:
        attempts: that failed before this one.
        share: a random share of 1. It moves the upper half of the wait, so that a receiver that comes back
            is not met by everybody at once.
    """
    return min(_FIRST_WAIT_S * 2.0 ** min(attempts, 20), _LONGEST_WAIT_S) * (0.5 + 0.5 * share)


class Pace:
    """Watches how attempts end.

    Letters that fail wait by themselves. Where many in a row fail the channel rests as a whole, and then one letter
    tries: a receiver that is gone costs a try a minute, however many letters wait for it. What a receiver asks for
    (`Retry-After`) holds for all letters to it.
    """

    def __init__(self, draw: Callable[[], float]) -> None:
        """Take `draw`, which returns a random share of 1."""
        self._draw = draw
        self._failed = 0
        self._until_s = 0.0

    @property
    def at_once(self) -> int:
        """How many letters may be under way."""
        return _AT_ONCE if self._failed < _PATIENCE else 1

    def rest_s(self, now_s: float) -> float:
        """Return for how long nothing may begin."""
        return max(self._until_s - now_s, 0.0)

    def ended(self, outcome: Outcome, now_s: float) -> None:
        """Take how an attempt ended."""
        if outcome.kind != "retry":
            # also whoever refuses a letter for good is there
            self._failed, self._until_s = 0, 0.0
            return
        # those that were under way together fail together: they count once
        if self._failed < _PATIENCE or not self.rest_s(now_s):
            self._failed += 1
            if self._failed >= _PATIENCE:
                self._until_s = now_s + wait_s(self._failed - _PATIENCE, self._draw())
        if outcome.retry_after_s:
            self._until_s = max(self._until_s, now_s + outcome.retry_after_s)

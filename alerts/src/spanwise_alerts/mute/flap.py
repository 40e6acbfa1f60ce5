"""Alerts that come and go: how often each one changed lately."""

from __future__ import annotations

from collections import deque

from spanwise_alerts.route import Flap


class Flapping:
    """Counts changes by alert."""

    def __init__(self, config: Flap) -> None:
        self.config = config
        self._changes: dict[str, deque[float]] = {}

    def changed(self, fingerprint: str, at_s: float) -> None:
        """Count a change of an alert."""
        if self.config.changes:
            times = self._changes.setdefault(fingerprint, deque(maxlen=1000))
            times.append(at_s)
            self._forget(times, at_s)

    def score(self, fingerprint: str, now_s: float) -> int:
        """Return how often an alert changed in the time looked back."""
        times = self._changes.get(fingerprint)
        if times is None:
            return 0
        self._forget(times, now_s)
        if not times:
            del self._changes[fingerprint]
        return len(times)

    def flaps(self, fingerprint: str, now_s: float) -> bool:
        """Whether an alert changed too often."""
        return self.score(fingerprint, now_s) > self.config.changes > 0

    def calm_s(self, fingerprint: str) -> float:
        """Return when an alert that flaps will not any more, if it does not change again (Unix time)."""
        times = self._changes[fingerprint]
        return times[len(times) - self.config.changes - 1] + self.config.per_s

    def prune(self, now_s: float) -> None:
        """Forget alerts that did not change lately."""
        for fingerprint in list(self._changes):
            self.score(fingerprint, now_s)

    def _forget(self, times: deque[float], now_s: float) -> None:
        while times and times[0] <= now_s - self.config.per_s:
            times.popleft()

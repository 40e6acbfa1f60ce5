"""How many messages a receiver may get: a bucket of tokens that fills up again with time."""

from __future__ import annotations

from spanwise_alerts.route import Storm


class Bucket:
    """The tokens of one receiver; full at first."""

    def __init__(self, config: Storm, now_s: float) -> None:
        self._config = config
        self._tokens = float(config.messages)
        self._at_s = now_s

    def take(self, now_s: float) -> bool:
        """Take a token; return whether there was one."""
        if not self._config.messages:
            return True
        rate = self._config.messages / self._config.per_s
        self._tokens = min(self._tokens + max(now_s - self._at_s, 0.0) * rate, self._config.messages)
        self._at_s = now_s
        # what is short of a token by a rounding error is one
        if self._tokens < 1 - 1e-9:
            return False
        self._tokens -= 1
        return True

    def next_s(self) -> float:
        """Return when there is a token again (Unix time)."""
        if not self._config.messages or self._tokens >= 1:
            return self._at_s
        return self._at_s + (1 - self._tokens) * self._config.per_s / self._config.messages

"""A clock that stands still until it is told to go on."""

from __future__ import annotations


class Clock:
    """Callable like `time.time`; `advance` moves it."""

    def __init__(self, now_s: float = 1_700_000_000.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def advance(self, by_s: float) -> float:
        self.now_s += by_s
        return self.now_s

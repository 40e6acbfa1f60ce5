"""Bring letters from the outbox to their channels: each channel by itself, again and again until it is done."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from spanwise_alerts.alert import Channel, Letter, Outcome
from spanwise_alerts.errors import RecordError
from spanwise_alerts.events import DeliveryAttempted, OnEvent

_AT_ONCE: Final = 16
_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 60.0
_IDLE_S: Final = 5.0
_log = logging.getLogger(__name__)


class Outbox(Protocol):
    """Where letters wait."""

    async def due(self, channel: str, now_s: float, limit: int) -> Sequence[Letter]:
        """Return letters that may go now: of each alert the oldest only, so that its order is kept."""
        ...

    async def next_due_s(self, channel: str) -> float | None:
        """Return when the next letter may go (Unix time); None where none waits."""
        ...

    async def settle(self, letter: Letter, outcome: Outcome, now_s: float, due_s: float) -> None:
        """Keep how an attempt ended; a letter to be tried again is due at `due_s`."""
        ...


Dress = Callable[[Letter], Awaitable[Letter]]
"""Adds to a letter what was found about its alerts, and links to act on it."""


async def plainly(letter: Letter) -> Letter:
    """Add nothing."""
    return letter


class Courier:
    """Delivers what the outbox holds for one channel."""

    def __init__(
        self, channel: Channel, outbox: Outbox, now: Callable[[], float], draw: Callable[[], float], on_event: OnEvent,
        dress: Dress = plainly,
    ) -> None:  # fmt: skip
        """Take `draw`, which returns a random share of 1, for the jitter of waits."""
        self._dress = dress
        self._channel = channel
        self._outbox = outbox
        self._now = now
        self._draw = draw
        self._on_event = on_event
        self._wake = asyncio.Event()
        self._resting = False

    def wake(self) -> None:
        """Look into the outbox now."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until told to rest, or cancelled."""
        while not self._resting:
            try:
                while not self._resting and await self.deliver_due():
                    pass
                next_s = await self._outbox.next_due_s(self._channel.name)
            except RecordError as error:
                _log.warning("%s: outbox is not readable, trying again: %s", self._channel.name, error)
                next_s = self._now() + _FIRST_WAIT_S
            wait_s = _IDLE_S if next_s is None else min(max(next_s - self._now(), 0.0), _IDLE_S)
            # not `wait_for`, which may forget that it was cancelled
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            self._wake.clear()

    async def deliver_due(self) -> int:
        """Try each letter that is due once; return how many there were."""
        letters = await self._outbox.due(self._channel.name, self._now(), _AT_ONCE)
        # all are let finish, whatever one of them meets: none may be under way when the outbox is read again
        ended = await asyncio.gather(*(self._deliver(letter) for letter in letters), return_exceptions=True)
        for fault in ended:
            if fault is not None:
                raise fault
        return len(letters)

    async def _deliver(self, letter: Letter) -> None:
        try:
            outcome = await self._channel.send(await self._dress(letter))
        except Exception as error:  # noqa: BLE001  a fault of ours must neither lose the letter nor stop the channel
            _log.exception("%s: a letter could not be sent", self._channel.name)
            outcome = Outcome("retry", f"{type(error).__name__}: {error}")
        now_s = self._now()
        wait_s = max(self._wait_s(letter.attempts), outcome.retry_after_s)
        await self._outbox.settle(letter, outcome, now_s, now_s + wait_s)
        self._on_event(DeliveryAttempted(now_s, letter, outcome, letter.attempts + 1))

    def rest(self) -> None:
        """Begin nothing new; `run` ends when the letters under way have arrived."""
        self._resting = True
        self._wake.set()

    async def close(self) -> None:
        """Give the channel's connections back."""
        await self._channel.close()

    def _wait_s(self, attempts: int) -> float:
        # full jitter in the upper half: receivers that come back are not met by everybody at once
        return min(_FIRST_WAIT_S * 2.0 ** min(attempts, 20), _LONGEST_WAIT_S) * (0.5 + 0.5 * self._draw())

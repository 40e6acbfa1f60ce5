"""Bring letters from the outbox to their channels: each channel by itself, again and again until it is done."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from spanwise_alerts.alert import Channel, Letter, Outcome
from spanwise_alerts.errors import RecordError
from spanwise_alerts.events import DeliveryAttempted, OnEvent
from spanwise_alerts.notify.pace import Pace, wait_s
from spanwise_alerts.outbox import Attempt

_FETCHED: Final = 256
_AGAIN_S: Final = 0.5
_IDLE_S: Final = 5.0
_log = logging.getLogger(__name__)


class Outbox(Protocol):
    """Where letters wait."""

    async def due(self, channel: str, now_s: float, limit: int) -> Sequence[Letter]:
        """Return letters that may go now: of each group the oldest only, so that its order is kept."""
        ...

    async def next_due_s(self, channel: str, after_s: float) -> float | None:
        """Return when the next letter may go of those that may not at `after_s`; None where none waits."""
        ...

    async def settle(self, attempts: Sequence[Attempt]) -> None:
        """Keep how attempts ended."""
        ...


Dress = Callable[[Letter], Awaitable[Letter]]
"""Adds to a letter what was found about its alerts, and links to act on it."""


async def plainly(letter: Letter) -> Letter:
    """Add nothing."""
    return letter


class Courier:
    """Delivers what the outbox holds for one channel: letters of several groups at once, those of one in order."""

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
        self._pace = Pace(draw)
        self._fetched = deque[Letter]()
        self._under_way = set[str]()
        self._ended: list[Attempt] = []
        self._settling = asyncio.Lock()
        self._wake = asyncio.Event()
        self._resting = False

    def wake(self) -> None:
        """Look into the outbox now."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until told to rest, or cancelled; letters under way are let finish."""
        async with asyncio.TaskGroup() as group:
            while not self._resting:
                try:
                    await self._begin(group)
                    idle_s = await self._idle_s()
                except RecordError as error:
                    _log.warning("%s: outbox is not readable, trying again: %s", self._channel.name, error)
                    idle_s = _AGAIN_S
                # not `wait_for`, which may forget that it was cancelled
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(idle_s):
                        await self._wake.wait()
                self._wake.clear()

    async def deliver_due(self) -> int:
        """Try letters that are due once and wait for their ends; return how many there were."""
        async with asyncio.TaskGroup() as group:
            return await self._begin(group)

    async def _begin(self, group: asyncio.TaskGroup) -> int:
        now_s = self._now()
        if self._pace.rest_s(now_s):
            return 0
        if not self._fetched:
            known = set(self._under_way)
            found = await self._outbox.due(self._channel.name, now_s, len(known) + _FETCHED)
            self._fetched.extend(letter for letter in found if letter.key not in known)
        begun = 0
        while self._fetched and not self._resting and len(self._under_way) < self._pace.at_once:
            letter = self._fetched.popleft()
            self._under_way.add(letter.key)
            group.create_task(self._deliver(letter))
            begun += 1
        return begun

    async def _idle_s(self) -> float:
        """Return for how long there is nothing to begin, unless a letter under way ends before."""
        now_s = self._now()
        if rest_s := self._pace.rest_s(now_s):
            return min(rest_s, _IDLE_S)
        if self._fetched:
            return _IDLE_S
        next_s = await self._outbox.next_due_s(self._channel.name, now_s)
        return _IDLE_S if next_s is None else min(max(next_s - now_s, 0.0), _IDLE_S)

    async def _deliver(self, letter: Letter) -> None:
        try:
            outcome = await self._channel.send(await self._dress(letter))
        except Exception as error:  # noqa: BLE001  a fault of ours must neither lose the letter nor stop the channel
            _log.exception("%s: a letter could not be sent", self._channel.name)
            outcome = Outcome("retry", f"{type(error).__name__}: {error}")
        now_s = self._now()
        self._pace.ended(outcome, now_s)
        due_s = now_s + max(wait_s(letter.attempts, self._draw()), outcome.retry_after_s)
        self._ended.append(Attempt(letter, outcome, now_s, due_s))
        await self._settle()

    async def _settle(self) -> None:
        """Keep all that ended; what ends meanwhile is the next transaction's, so that a crowd shares few of them."""
        async with self._settling:
            ended, self._ended = self._ended, []
            if not ended:
                return
            while True:
                try:
                    await self._outbox.settle(ended)
                    break
                except RecordError as error:
                    # it is not sent once more because of that: the receiver may have it
                    _log.warning("%s: what was sent is not recorded, trying again: %s", self._channel.name, error)
                    await asyncio.sleep(_AGAIN_S)
            self._under_way -= {attempt.letter.key for attempt in ended}
            for attempt in ended:
                told = DeliveryAttempted(attempt.at_s, attempt.letter, attempt.outcome, attempt.letter.attempts + 1)
                self._on_event(told)
        self._wake.set()

    def rest(self) -> None:
        """Begin nothing new; `run` ends when the letters under way have arrived."""
        self._resting = True
        self._wake.set()

    async def close(self) -> None:
        """Give the channel's connections back."""
        await self._channel.close()

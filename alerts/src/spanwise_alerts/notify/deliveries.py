"""The couriers of all channels: started, changed with the configuration, and let finish."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final, Protocol

from spanwise_alerts.alert import Channel
from spanwise_alerts.errors import RecordError
from spanwise_alerts.events import OnEvent
from spanwise_alerts.notify.chat import ChatChannel
from spanwise_alerts.notify.courier import Courier, Dress, Outbox, plainly
from spanwise_alerts.notify.formats.kinds import FORMATS
from spanwise_alerts.notify.mail import MailChannel
from spanwise_alerts.notify.stop import StopChannel
from spanwise_alerts.notify.webhook import WebhookChannel
from spanwise_alerts.receivers.email import Email
from spanwise_alerts.receivers.posted import Posted
from spanwise_alerts.receivers.receiver import Receiver
from spanwise_alerts.receivers.way import Way
from spanwise_alerts.receivers.webhook import Webhook
from spanwise_alerts.rules.runaway import Stop
from spanwise_alerts.stop import Stopper

_DRAIN_S: Final = 5.0
_log = logging.getLogger(__name__)


class Letterbox(Outbox, Protocol):
    """Where letters wait, and are given up."""

    async def bury(self, channels: Iterable[str], now_s: float) -> int:
        """Give up the waiting letters of all but these channels; return how many."""
        ...


class Deliveries:
    """One courier for each channel of each receiver."""

    def __init__(
        self,
        outbox: Letterbox,
        now: Callable[[], float],
        draw: Callable[[], float],
        on_event: OnEvent,
        start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        dress: Dress = plainly,
    ) -> None:
        """Take `start`, which runs a courier and notices when one fails."""
        self._dress = dress
        self._outbox = outbox
        self._now = now
        self._draw = draw
        self._on_event = on_event
        self._start = start
        self._couriers: list[tuple[Courier, asyncio.Task[None]]] = []

    async def open(self, receivers: Iterable[Receiver | Stopper], external_url: str = "") -> None:
        """Deliver to these receivers, in place of those before; letters under way arrive first."""
        await self.close()
        channels = channels_of(receivers, self._now, external_url)
        couriers = [Courier(c, self._outbox, self._now, self._draw, self._on_event, self._dress) for c in channels]
        self._couriers = [(courier, self._start(courier.run())) for courier in couriers]
        try:
            lost = await self._outbox.bury([channel.name for channel in channels], self._now())
        except RecordError as error:
            # they wait where no courier looks; whoever is there gets what is theirs
            _log.warning("letters of receivers that are not configured any more stay: %s", error)
            return
        if lost:
            _log.warning("%d letters are dead: their receiver is not configured any more", lost)

    def wake(self) -> None:
        """Look into the outbox now."""
        for courier, _ in self._couriers:
            courier.wake()

    async def close(self) -> None:
        """Let letters under way arrive; the others wait in the outbox."""
        couriers, self._couriers = self._couriers, []
        for courier, _ in couriers:
            courier.rest()
        running = [task for _, task in couriers]
        if running:
            await asyncio.wait(running, timeout=_DRAIN_S)
            for task in running:
                task.cancel()
            await asyncio.wait(running)
        for courier, _ in couriers:
            await courier.close()


def channels_of(
    receivers: Iterable[Receiver | Stopper], now: Callable[[], float], external_url: str = ""
) -> list[Channel]:
    """Return the channels of receivers: one for each webhook, and one for each mail address."""
    return [_channel(name, end, way, now, external_url) for receiver in receivers for name, end, way in receiver.ways()]


def _channel(name: str, end: str, way: Way | Stop, now: Callable[[], float], external_url: str) -> Channel:
    match way:
        case Stop():
            return StopChannel(name, way, now)
        case Webhook():
            return WebhookChannel(name, way, now, external_url)
        case Email():
            return MailChannel(name, end, way, now)
        case Posted():
            return ChatChannel(name, FORMATS[type(way)](way, external_url), way, now)
        case _:
            raise TypeError(f"no channel for {type(way).__name__}")

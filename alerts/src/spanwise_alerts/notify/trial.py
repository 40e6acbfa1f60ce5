"""A test of a receiver: one message to each of its channels, past the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from spanwise_alerts.alert import Channel, Letter, Notice, Outcome
from spanwise_alerts.notify.deliveries import channels_of
from spanwise_alerts.notify.message import letters_of, message_of
from spanwise_alerts.receivers.receiver import Receiver

NAME: Final = "spanwise-test"
_MARK: Final = "7e57000000000000"


@dataclass(frozen=True, slots=True)
class Tried:
    """How a channel took a test."""

    channel: str
    outcome: Outcome

    def to_dict(self) -> dict[str, str]:
        """Return it, ready for JSON."""
        status = "delivered" if self.outcome.kind == "delivered" else "failed"
        return {"channel": self.channel, "status": status, "reason": self.outcome.reason}


async def tried(receiver: Receiver, now: Callable[[], float], new_id: str, external_url: str = "") -> list[Tried]:
    """Send a test by every channel of a receiver at once, each once; return how they ended, in their order.

    Args:
        receiver: who is told.
        now: Unix time.
        new_id: what no other test has, for the idempotency keys.
        external_url: where people reach the alert manager.
    """
    message = message_of("test", receiver.name, "test", [_notice(receiver.name, now())], {"alertname": NAME})
    letters = letters_of(message, new_id, 1, dict.fromkeys(receiver.channels, True))
    channels = channels_of([receiver], now, external_url)
    try:
        return list(await asyncio.gather(*map(_send, channels, letters)))
    finally:
        for channel in channels:
            await channel.close()


async def _send(channel: Channel, letter: Letter) -> Tried:
    return Tried(channel.name, await channel.send(letter))


def _notice(name: str, now_s: float) -> Notice:
    summary = f"A test of the receiver {name}: nothing is wrong"
    description = "Somebody asked for it. Who reads this will be told of alerts, too."
    return Notice(
        status="firing", tier="info", previous_tier=None, rule=NAME, summary=summary, description=description,
        labels={"alertname": NAME, "receiver": name}, value=None, value_text="", threshold=None, threshold_text="",
        unit="1", window_s=0.0, count=0, starts_at_s=now_s, ends_at_s=None, fingerprint=_MARK, step=1, runbook="",
        links={}, annotations={"summary": summary, "description": description}, updated_at_s=now_s,
    )  # fmt: skip

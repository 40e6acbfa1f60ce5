"""What the alert manager tells the process that it runs in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spanwise_alerts.alert import Kind, Letter, Message, Notice, Outcome


@dataclass(frozen=True, slots=True)
class AlertChanged:
    """An alert fired, changed its tier or resolved; it is recorded already."""

    at_s: float
    kind: Kind
    notice: Notice


@dataclass(frozen=True, slots=True)
class DeliveryAttempted:
    """A letter was delivered, put off or given up.

    Attributes:
        attempts: including this one.
    """

    at_s: float
    letter: Letter
    outcome: Outcome
    attempts: int


@dataclass(frozen=True, slots=True)
class Notified:
    """A message waits in the outbox for each channel of its receiver; it is recorded already."""

    at_s: float
    message: Message


Event = AlertChanged | Notified | DeliveryAttempted
OnEvent = Callable[[Event], None]

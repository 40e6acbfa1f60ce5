"""The nouns of delivery: how an attempt ended, how a letter stands, and which letters are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from spanwise_alerts.alert import Letter, Message, Outcome

LetterStatus = Literal["pending", "delivered", "dead"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver a letter, which ended.

    Attributes:
        at_s: when it ended (Unix time).
        due_s: when the letter is tried again if it was put off.
    """

    letter: Letter
    outcome: Outcome
    at_s: float
    due_s: float


@dataclass(frozen=True, slots=True)
class LetterState:
    """How a letter stands.

    Attributes:
        attempts: so far; since it was replayed, if it was.
        due_s: when it may go, where it is pending; Unix time, as all others.
        ended_s: when it was delivered or given up; None while it is pending.
        reason: of the last attempt that failed; empty where none did.
    """

    key: str
    channel: str
    message: Message
    status: LetterStatus
    attempts: int
    created_s: float
    due_s: float
    ended_s: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Which letters are asked for: all of it must hold, and what is empty holds for all.

    Attributes:
        receiver: name of one, with all of its channels.
        since_s: created since (Unix time).
        limit: the newest so many; None for all.
    """

    keys: tuple[str, ...] = ()
    statuses: tuple[LetterStatus, ...] = ()
    receiver: str = ""
    since_s: float = 0.0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of letters that were to be sent once more.

    Attributes:
        keys: of those that are pending again.
        left: why others are not, by key: they are not dead, or their channel is not configured.
    """

    keys: tuple[str, ...]
    left: dict[str, str] = field(default_factory=dict[str, str])

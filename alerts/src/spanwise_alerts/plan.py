"""What one transaction writes, and what is read back at a start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from spanwise_alerts.alert import Held, Letter, Notice
from spanwise_alerts.people.attention import Attention
from spanwise_alerts.silence import Silence
from spanwise_alerts.told import Entry


@dataclass(frozen=True, slots=True)
class Kept:
    """An alert that fires, or whose end is still to be told.

    Attributes:
        expires_at_s: when a pushed one is over unless it is pushed again; None for one of ours.
        timeout: whether that end was not said but assumed.
    """

    notice: Notice
    expires_at_s: float | None = None
    timeout: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """A row of the audit trail.

    Attributes:
        what: fired, upgraded, downgraded, resolved; told; silenced, inhibited, muted, flapping, overflow; delivered,
            retry, dead; silence, silence-ended; acknowledge, unacknowledge, assign, comment, snooze, unsnooze,
            acknowledge-ended, snooze-ended, escalated, snoozed; feedback.
        fingerprint: of the alert it is about; empty where it is about none.
        letter: the key of the letter it is about; empty where it is about none.
    """

    at_s: float
    what: str
    fingerprint: str
    detail: dict[str, Any]
    letter: str = ""


@dataclass(slots=True)
class Plan:
    """One transaction: all of it or nothing. None takes away.

    Attributes:
        held: states of alerts of ours, by fingerprint.
        kept: what alerts say, by fingerprint.
        entries: the notification log, by group key and receiver.
        silences: by id.
        attention: what people did about alerts, by fingerprint.
    """

    now_s: float
    held: dict[str, Held | None] = field(default_factory=dict[str, "Held | None"])
    kept: dict[str, Kept | None] = field(default_factory=dict[str, "Kept | None"])
    entries: dict[tuple[str, str], Entry | None] = field(default_factory=dict[tuple[str, str], "Entry | None"])
    silences: dict[str, Silence | None] = field(default_factory=dict[str, "Silence | None"])
    attention: dict[str, Attention | None] = field(default_factory=dict[str, "Attention | None"])
    letters: list[Letter] = field(default_factory=list[Letter])
    audit: list[Happening] = field(default_factory=list[Happening])

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not any((self.held, self.kept, self.entries, self.silences, self.attention, self.letters, self.audit))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was kept across a restart.

    Attributes:
        changes: fingerprint and time (Unix) of each alert that fired or resolved lately.
    """

    kept: Sequence[Kept]
    entries: Sequence[Entry]
    silences: Sequence[Silence]
    changes: Sequence[tuple[str, float]]
    attention: Sequence[Attention] = ()

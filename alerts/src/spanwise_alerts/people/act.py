"""What a person does about alerts, and what becomes of the attention that an alert has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from spanwise_alerts.people.attention import Acknowledgement, Attention, Comment, Grade, Snooze
from spanwise_alerts.people.climb import anew, waits

Kind = Literal["acknowledge", "unacknowledge", "assign", "comment", "snooze", "unsnooze"]

MOST_CHARS: Final = 2000
"""The longest comment, in characters; names are shorter."""

_NAME_CHARS: Final = 200
_COMMENTS: Final = 20


class AlertUnknown(KeyError):
    """No alert with this fingerprint fires."""

    def __str__(self) -> str:
        return f"no alert with fingerprint {self.args[0]} fires"


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does.

    Attributes:
        until_s: of a snooze its end; of an acknowledgement when everybody is told again (Unix time); None where it
            was not said.
        assignee: who looks after it from now on; empty for nobody.
    """

    kind: Kind
    author: str
    comment: str = ""
    until_s: float | None = None
    assignee: str = ""

    def check(self, now_s: float, people: Sequence[str]) -> None:
        """Refuse what cannot be done.

        Raises:
            ValueError: a field is missing, too long, or over already; the message names it.
        """
        for name, text, most in (
            ("author", self.author, _NAME_CHARS), ("assignee", self.assignee, _NAME_CHARS),
            ("comment", self.comment, MOST_CHARS),
        ):  # fmt: skip
            if len(text) > most:
                raise ValueError(f"{name}: got {len(text)} characters, expected at most {most}")
        if not self.author:
            raise ValueError("author: got nothing, expected who does it")
        if self.kind == "comment" and not self.comment:
            raise ValueError("comment: got nothing, expected what is to be said")
        if self.kind == "snooze" and self.until_s is None:
            raise ValueError("until: got nothing, expected the end of the snooze")
        if self.until_s is not None and self.until_s <= now_s:
            raise ValueError("until: got a moment in the past, expected one to come")
        if self.kind == "assign" and self.assignee and people and self.assignee not in people:
            raise ValueError(f"assignee: got {self.assignee!r}, expected one of {', '.join(people)}, or nobody")


def done(was: Attention, act: Act, grade: Grade, now_s: float, chains: Mapping[str, Sequence[float]]) -> Attention:
    """Return the attention after an act.

    Args:
        was: the attention before.
        act: what somebody does.
        grade: how grave the alert is now.
        now_s: Unix time.
        chains: the moments of each escalation, in seconds since its beginning.
    """
    match act.kind:
        case "acknowledge":
            found = Acknowledgement(act.author, now_s, act.comment, act.until_s, grade)
            return _hushed(replace(was, acknowledged=found))
        case "snooze":
            assert act.until_s is not None
            return _hushed(replace(was, snoozed=Snooze(act.author, now_s, act.comment, act.until_s, grade)))
        case "unacknowledge":
            return ended(was, now_s, chains, acknowledgement=True)
        case "unsnooze":
            return ended(was, now_s, chains, snooze=True)
        case "assign":
            return replace(was, assignee=act.assignee)
        case "comment":
            comments = (*was.comments, Comment(act.author, now_s, act.comment))
            return replace(was, comments=comments[-_COMMENTS:])


def ended(
    was: Attention, now_s: float, chains: Mapping[str, Sequence[float]], *, acknowledgement: bool = False,
    snooze: bool = False,
) -> Attention:  # fmt: skip
    """End an acknowledgement or a snooze while the alert fires: escalations begin anew, and all are told again."""
    acknowledged = None if acknowledgement else was.acknowledged
    left = replace(was, acknowledged=acknowledged, snoozed=None if snooze else was.snoozed)
    if left.quiet or not was.quiet:
        return left
    climbs = {name: anew(climb, chains[name], now_s) for name, climb in was.climbs.items() if name in chains}
    return replace(left, climbs=climbs, recalls=was.recalls + (was.acknowledged is not None))


def overdue(was: Attention, now_s: float) -> tuple[bool, bool]:
    """Say whether the time of the acknowledgement is over, and whether that of the snooze is."""
    until_s = was.acknowledged.until_s if was.acknowledged else None
    return until_s is not None and until_s <= now_s, was.snoozed is not None and was.snoozed.until_s <= now_s


def outgrown(was: Attention, grade: Grade) -> tuple[bool, bool]:
    """Say whether the alert is graver than it was when it was acknowledged, and when it was snoozed."""
    return (
        was.acknowledged is not None and grade > was.acknowledged.grade,
        was.snoozed is not None and grade > was.snoozed.grade,
    )


def _hushed(now: Attention) -> Attention:
    return replace(now, climbs={name: waits(climb) for name, climb in now.climbs.items()})

"""What people did about one alert while it fires, and how far up its escalations are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from spanwise_alerts.people.climb import Climb

Grade = tuple[int, int]
"""How grave an alert is: the place of its tier, then its mark."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has seen it and looks after it.

    Attributes:
        until_s: when everybody is told again unless it is over (Unix time); None for never.
        grade: how grave the alert was.
    """

    by: str
    at_s: float
    comment: str
    until_s: float | None
    grade: Grade


@dataclass(frozen=True, slots=True)
class Snooze:
    """Somebody wants to hear nothing of it until a moment (Unix time)."""

    by: str
    at_s: float
    comment: str
    until_s: float
    grade: Grade


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said about it."""

    by: str
    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Attention:
    """What people did about one alert; it ends with the firing.

    Attributes:
        assignee: who looks after it; empty for nobody.
        comments: the newest so many, the oldest first.
        climbs: where it is in each escalation, by name.
        recalls: how often an acknowledgement ended while it went on firing: everybody is told again.
    """

    fingerprint: str
    acknowledged: Acknowledgement | None = None
    snoozed: Snooze | None = None
    assignee: str = ""
    comments: tuple[Comment, ...] = ()
    climbs: Mapping[str, Climb] = field(default_factory=dict[str, Climb])
    recalls: int = 0

    @property
    def quiet(self) -> bool:
        """Whether somebody looks after it, so that nobody else is called."""
        return self.acknowledged is not None or self.snoozed is not None

    @property
    def blank(self) -> bool:
        """Whether it says nothing."""
        return self == Attention(self.fingerprint)

    def next_s(self) -> float | None:
        """Return when something of it ends or the next step of an escalation comes (Unix time); None for never."""
        ends = [
            self.acknowledged.until_s if self.acknowledged else None,
            self.snoozed.until_s if self.snoozed else None,
        ]
        steps = [] if self.quiet else [climb.next_s for climb in self.climbs.values()]
        return min((at_s for at_s in (*ends, *steps) if at_s is not None), default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, ready for JSON."""
        return {
            "fingerprint": self.fingerprint,
            "acknowledged": asdict(self.acknowledged) if self.acknowledged else None,
            "snoozed": asdict(self.snoozed) if self.snoozed else None,
            "assignee": self.assignee,
            "comments": [asdict(comment) for comment in self.comments],
            # not `asdict`, which copies deeply: each alert that climbs is written with each step
            "climbs": {name: climb.to_dict() for name, climb in self.climbs.items()},
            "recalls": self.recalls,
        }


def attention_from(body: Mapping[str, Any]) -> Attention:
    """Read back what `to_dict` returned."""
    acknowledged, snoozed = body["acknowledged"], body["snoozed"]
    fields: dict[str, Any] = {
        **body,
        "acknowledged": Acknowledgement(**_graded(acknowledged)) if acknowledged else None,
        "snoozed": Snooze(**_graded(snoozed)) if snoozed else None,
        "comments": tuple(Comment(**each) for each in body["comments"]),
        "climbs": {name: Climb(**each) for name, each in body["climbs"].items()},
    }
    return Attention(**fields)


def _graded(body: Mapping[str, Any]) -> dict[str, Any]:
    tier, mark = body["grade"]
    return {**body, "grade": (tier, mark)}

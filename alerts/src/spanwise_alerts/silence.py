"""Silences: what is not told, from when to when, by whom and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from spanwise_alerts.matchers import Matchers, matcher_from, matches_all, ordered
from spanwise_alerts.timing import Schedule

KEPT_S: Final = 5 * 86400.0
"""For how long a silence that is over is kept."""

State = Literal["active", "pending", "expired"]


class SilenceUnknown(KeyError):
    """No silence has this id."""

    def __str__(self) -> str:
        return f"silence {self.args[0]} not found"


@dataclass(frozen=True, slots=True)
class SilenceDraft:
    """A silence as somebody asks for it.

    Attributes:
        id: of the silence that is edited; empty for a new one.
        starts_at_s: Unix time, as `ends_at_s`.
        recurring: within that time, only while this holds; None for all the time.
        until_resolved: whether it ends as soon as what it caught is resolved.
    """

    matchers: Matchers
    starts_at_s: float
    ends_at_s: float
    created_by: str
    comment: str
    id: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    recurring: Schedule | None = None
    until_resolved: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence.

    Attributes:
        caught: whether it has held back an alert; one that is `until_resolved` ends only then.
        reminded: whether its end was announced.
    """

    id: str
    matchers: Matchers
    starts_at_s: float
    ends_at_s: float
    created_by: str
    comment: str
    annotations: Mapping[str, str]
    updated_at_s: float
    recurring: Schedule | None = None
    until_resolved: bool = False
    caught: bool = False
    reminded: bool = False

    def state(self, now_s: float) -> State:
        """Return where it stands; one that recurs is pending between its windows."""
        if now_s >= self.ends_at_s:
            return "expired"
        if now_s < self.starts_at_s or (self.recurring is not None and not self.recurring.holds(now_s)):
            return "pending"
        return "active"

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it is about an alert with these labels."""
        return matches_all(self.matchers, labels)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, ready for JSON."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        return {
            **plain, "matchers": [matcher.to_dict() for matcher in self.matchers],
            "annotations": dict(self.annotations), "recurring": self.recurring.to_dict() if self.recurring else None,
        }  # fmt: skip


_PLAIN: Final = (
    "id", "starts_at_s", "ends_at_s", "created_by", "comment", "updated_at_s", "until_resolved", "caught", "reminded",
)  # fmt: skip


def silence_from(row: Mapping[str, Any]) -> Silence:
    """Read back what `to_dict` returned."""
    recurring = row["recurring"]
    changed: dict[str, Any] = {
        "matchers": tuple(matcher_from(raw) for raw in row["matchers"]),
        "recurring": Schedule.model_validate(recurring) if recurring else None,
    }
    return Silence(**{**row, **changed})


def made(draft: SilenceDraft, silence_id: str, now_s: float) -> Silence:
    """Make a silence of a draft; one that should have begun already begins now.

    Raises:
        ValueError: it would hold back everything, is over before it begins, or over already.
    """
    if not draft.matchers:
        raise ValueError("invalid silence: at least one matcher required")
    if draft.matchers and all(matcher.matches({}) for matcher in draft.matchers):
        raise ValueError("invalid silence: at least one matcher must not match the empty string")
    if draft.ends_at_s <= draft.starts_at_s:
        raise ValueError("invalid silence: start time must be before end time")
    if draft.ends_at_s <= now_s:
        raise ValueError("invalid silence: end time can't be in the past")
    return Silence(
        id=silence_id, matchers=ordered(draft.matchers), starts_at_s=max(draft.starts_at_s, now_s),
        ends_at_s=draft.ends_at_s, created_by=draft.created_by, comment=draft.comment,
        annotations=dict(draft.annotations), updated_at_s=now_s, recurring=draft.recurring,
        until_resolved=draft.until_resolved,
    )  # fmt: skip

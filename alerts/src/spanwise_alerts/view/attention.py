"""What people did about an alert, as JSON and in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from spanwise_alerts.people.attention import Attention
from spanwise_alerts.people.climb import Climb
from spanwise_alerts.view.wire import rfc3339


def attention_of(attention: Attention) -> dict[str, Any]:
    """Return what people did about an alert, ready for JSON."""
    acknowledged, snoozed = attention.acknowledged, attention.snoozed
    return {
        "acknowledged": None if acknowledged is None else {
            "by": acknowledged.by, "at": rfc3339(acknowledged.at_s), "comment": acknowledged.comment,
            "until": _moment(acknowledged.until_s),
        },
        "snoozed": None if snoozed is None else {
            "by": snoozed.by, "at": rfc3339(snoozed.at_s), "comment": snoozed.comment,
            "until": rfc3339(snoozed.until_s),
        },
        "assignee": attention.assignee,
        "comments": [{"by": each.by, "at": rfc3339(each.at_s), "text": each.text} for each in attention.comments],
        "escalations": [_climb(name, climb, attention.quiet) for name, climb in sorted(attention.climbs.items())],
    }  # fmt: skip


def sentences(attention: Attention) -> Iterator[str]:
    """Say what people did about an alert, and who is called next."""
    if (found := attention.acknowledged) is not None:
        until = f", until {rfc3339(found.until_s)}" if found.until_s is not None else ""
        yield f"It is acknowledged by {found.by} since {rfc3339(found.at_s)}{until}{_because(found.comment)}."
    if (snoozed := attention.snoozed) is not None:
        yield f"It is snoozed by {snoozed.by} until {rfc3339(snoozed.until_s)}{_because(snoozed.comment)}."
    if attention.assignee:
        yield f"It is assigned to {attention.assignee}."
    for comment in attention.comments:
        yield f"{comment.by} says at {rfc3339(comment.at_s)}: {comment.text}"
    for name, climb in sorted(attention.climbs.items()):
        called = ", ".join(sorted(climb.called, key=lambda receiver: climb.called[receiver]))
        following = "nobody is called next"
        if climb.next_s is not None and not attention.quiet:
            following = f"the next step comes at {rfc3339(climb.next_s)}"
        yield f"Escalation {name}: called are {called or 'nobody'}; {following}."


def _climb(name: str, climb: Climb, quiet: bool) -> dict[str, Any]:  # noqa: FBT001  of one caller
    return {
        "name": name, "begun_at": rfc3339(climb.begun_s), "steps_taken": climb.taken, "called": sorted(climb.called),
        "next_at": None if quiet else _moment(climb.next_s),
    }  # fmt: skip


def _moment(at_s: float | None) -> str | None:
    return None if at_s is None else rfc3339(at_s)


def _because(comment: str) -> str:
    return f": {comment}" if comment else ""


def _did(verb: str) -> Callable[[Mapping[str, Any]], str]:
    def say(detail: Mapping[str, Any]) -> str:
        until = f", until {rfc3339(detail['until_s'])}" if detail.get("until_s") is not None else ""
        return f"{verb} by {detail.get('author')}{until}{_because(detail.get('comment', ''))}"

    return say


def _assigned(detail: Mapping[str, Any]) -> str:
    whom = detail.get("assignee") or "nobody"
    return f"assigned to {whom} by {detail.get('author')}{_because(detail.get('comment', ''))}"


def _ended(what: str) -> Callable[[Mapping[str, Any]], str]:
    def say(detail: Mapping[str, Any]) -> str:
        return f"the {what} by {detail.get('author')} ends: {detail.get('reason')}"

    return say


def _escalated(detail: Mapping[str, Any]) -> str:
    called = list(map(str, detail.get("receivers", ())))
    verb = "are" if len(called) > 1 else "is"
    return f"escalation {detail.get('escalation')}, step {detail.get('step')}: {', '.join(called)} {verb} called"


SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "acknowledge": _did("acknowledged"), "unacknowledge": _did("the acknowledgement is taken back"),
    "comment": _did("said"), "snooze": _did("snoozed"), "unsnooze": _did("the snooze is taken back"),
    "assign": _assigned, "acknowledge-ended": _ended("acknowledgement"), "snooze-ended": _ended("snooze"),
    "escalated": _escalated,
}  # fmt: skip
"""What rows of the audit trail say."""

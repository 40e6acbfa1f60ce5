"""Why an alert fires or does not, and who was told or was not, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spanwise_alerts.alert import Held, Notice, Standing
from spanwise_alerts.memory import Health
from spanwise_alerts.people.attention import Attention
from spanwise_alerts.plan import Happening
from spanwise_alerts.quantity import human, human_duration
from spanwise_alerts.rule import TIERS, Rule
from spanwise_alerts.silence import Silence
from spanwise_alerts.view.attention import SENTENCES, sentences
from spanwise_alerts.view.wire import rfc3339


@dataclass(frozen=True, slots=True)
class Case:
    """What is known about one alert.

    Attributes:
        standing: None where it does not fire.
        held: of one of ours; None where it neither fires nor is pending.
        rule: None where it is not one of ours, or its rule is gone.
        health: of the rule.
        happened: what the audit trail has of it, the oldest first.
        attention: what people did about it; None where they did nothing, or it does not fire.
    """

    fingerprint: str
    labels: Mapping[str, str]
    standing: Standing | None
    held: Held | None
    rule: Rule | None
    health: Health | None
    happened: Sequence[Happening]
    attention: Attention | None = None

    @property
    def state(self) -> str:
        """Where it stands."""
        if self.standing is not None:
            return self.standing.state
        return "pending" if self.held is not None else "inactive"


def story(
    case: Case, silences: Mapping[str, Silence], others: Mapping[str, Notice], now_s: float
) -> dict[str, Any]:  # fmt: skip
    """Tell about an alert: where it stands now, and what happened.

    Args:
        case: what is known about it.
        silences: by id.
        others: what other alerts say, by fingerprint.
        now_s: Unix time.
    """
    looked_after = sentences(case.attention) if case.attention else ()
    held_back = _held_back(case, silences, others)
    now = [
        *_firing(case), *looked_after, *held_back, *_pending(case, now_s), *_quiet(case), *_watched(case)
    ]  # fmt: skip
    return {
        "fingerprint": case.fingerprint,
        "labels": dict(case.labels),
        "state": case.state,
        "now": now,
        "history": [
            {"at": rfc3339(each.at_s), "what": each.what, "text": sentence(each)} for each in case.happened
        ],
    }  # fmt: skip


def _firing(case: Case) -> Iterator[str]:
    if case.standing is None:
        return
    notice = case.standing.notice
    value = f": {notice.value_text}, threshold {notice.threshold_text}" if notice.threshold_text else ""
    yield f"It fires as {notice.tier} since {rfc3339(notice.starts_at_s)}{value}."
    if case.standing.expires_at_s is not None:
        yield f"It was pushed; unless it is pushed again it is over at {rfc3339(case.standing.expires_at_s)}."
    names = case.standing.receivers
    nobody = "It is routed to nobody: there is no receiver."
    if case.attention is not None and case.attention.climbs:
        nobody = "Nobody was called yet."
    yield f"It is routed to {', '.join(names)}." if names else nobody
    if case.standing.state == "unprocessed":
        yield "Its group was not looked at yet: group_wait is not over."


def _held_back(case: Case, silences: Mapping[str, Silence], others: Mapping[str, Notice]) -> Iterator[str]:
    if case.standing is None:
        return
    for key in case.standing.silenced_by:
        found = silences.get(key)
        who = f" by {found.created_by} until {rfc3339(found.ends_at_s)}: {found.comment}" if found else ""
        yield f"It is not told: silence {key}{who}"
    for mark in case.standing.inhibited_by:
        name = others[mark].labels.get("alertname", "") if mark in others else ""
        yield f"It is not told: inhibited by {name} ({mark}), which fires."
    # who snoozed it is said beside
    for name in (name for name in case.standing.muted_by if name != "snoozed"):
        yield f"It is not told: muted by {name}."


def _pending(case: Case, now_s: float) -> Iterator[str]:
    if case.held is None or case.rule is None:
        return
    alert = case.held.alert
    value = human(alert.value, case.rule.shown_unit)
    for tier in TIERS:
        level = alert.levels.get(tier)
        if level is None or level.since_s is None:
            continue
        ago = human_duration(max(now_s - level.since_s, 0.0))
        if level.active:
            yield f"Its tier {tier} ended {ago} ago by its value ({value}); keep_firing_for holds it."
        else:
            wait = human_duration(case.rule.wait_s(tier))
            yield f"Its tier {tier} is breached since {ago} ({value}); it fires once that lasts for {wait}."


def _quiet(case: Case) -> Iterator[str]:
    if case.standing is None and case.held is None:
        yield "It does not fire and is not pending: its value is beyond no threshold, or there is none."


def _watched(case: Case) -> Iterator[str]:
    if case.rule is None or case.health is None:
        if case.standing is None or case.standing.notice.source == "rule":
            yield "No rule that is loaded makes it."
        return
    if case.health.fault:
        since = rfc3339(case.health.since_s or 0.0)
        yield f"Its rule {case.rule.name} cannot be evaluated since {since}: {case.health.fault}"
    elif case.health.answered_at_s is None:
        yield f"Its rule {case.rule.name} was not evaluated yet."
    else:
        yield f"Its rule {case.rule.name} was evaluated at {rfc3339(case.health.answered_at_s)}."


def sentence(happened: Happening) -> str:
    """Say what a row of the audit trail says."""
    known = _SENTENCES.get(happened.what)
    return known(happened.detail) if known else happened.what


def _changed(verb: str) -> Callable[[Mapping[str, Any]], str]:
    def say(detail: Mapping[str, Any]) -> str:
        value, threshold = detail.get("value_text", ""), detail.get("threshold_text", "")
        numbers = f" ({value}, threshold {threshold})" if value and threshold else f" ({value})" if value else ""
        return f"{verb} as {detail.get('tier', '')}{numbers}"

    return say


def _told(detail: Mapping[str, Any]) -> str:
    together = ", together with others: too many messages" if detail.get("together") else ""
    return f"{detail.get('receiver')} is told: {detail.get('status')} ({detail.get('reason')}){together}"


def _withheld(word: str) -> Callable[[Mapping[str, Any]], str]:
    def say(detail: Mapping[str, Any]) -> str:
        by = ", ".join(map(str, detail.get("by", ())))
        return f"{detail.get('receiver')} is not told: {word}{f' by {by}' if by else ''}"

    return say


def _delivery(word: str) -> Callable[[Mapping[str, Any]], str]:
    def say(detail: Mapping[str, Any]) -> str:
        why = f": {detail['reason']}" if detail.get("reason") else ""
        return f"{detail.get('channel')}: {word} at attempt {detail.get('attempts')}{why}"

    return say


def _replayed(detail: Mapping[str, Any]) -> str:
    by = f" by {detail['author']}" if detail.get("author") else ""
    return f"{detail.get('channel')}: is sent once more, as asked for{by}"


def _feedback(detail: Mapping[str, Any]) -> str:
    who, why = detail.get("author") or "somebody", detail.get("comment")
    return f"{who} says it was {detail.get('verdict')}{f': {why}' if why else ''}"


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "fired": _changed("fired"), "upgraded": _changed("upgraded"), "downgraded": _changed("downgraded"),
    "resolved": _changed("resolved; it fired"), "told": _told, "silenced": _withheld("silenced"),
    "inhibited": _withheld("inhibited"), "muted": _withheld("muted"), "flapping": _withheld("it flaps"),
    "snoozed": _withheld("snoozed"),
    "overflow": _withheld("too many messages, it waits"), "delivered": _delivery("delivered"),
    "retry": _delivery("failed, is tried again"), "dead": _delivery("given up"), "replayed": _replayed,
    "feedback": _feedback, **SENTENCES,
}  # fmt: skip

"""Between nouns and rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from spanwise_alerts.alert import Alert, Expected, Held, Letter, Level, Message, Notice
from spanwise_alerts.people.attention import Attention, attention_from
from spanwise_alerts.plan import Happening, Kept
from spanwise_alerts.silence import Silence, silence_from
from spanwise_alerts.told import Entry, entry_from

Row = Mapping[Any, Any]
_HAPPENING = tuple(Happening.__dataclass_fields__)
_MESSAGE = tuple(Message.__dataclass_fields__)


def state_of(alert: Alert) -> dict[str, Any]:
    """Return an alert ready for JSON."""
    return asdict(alert)


def alert_from(state: Row) -> Alert:
    """Read an alert back."""
    levels = {name: Level(**level) for name, level in state["levels"].items()}
    series = tuple((name, value) for name, value in state["series"])
    fields: dict[str, Any] = {**state, "series": series, "levels": levels}
    return Alert(**fields)


def alert_row(mark: str, held: Held) -> dict[str, Any]:
    """Return a row of `alerts`."""
    return {"fingerprint": mark, "rule": held.alert.rule, "state": state_of(held.alert)}


def held_from(row: Row) -> Held:
    """Read back a row of `alerts`, joined with that of `notices` where there is one."""
    return Held(row["fingerprint"], alert_from(row["state"]), notice_from(row["notice"]) if row["notice"] else None)


def notice_from(fields: Row) -> Notice:
    """Read a notice back."""
    expected = fields.get("expected")
    read: dict[str, Any] = {**fields, "expected": Expected(**expected) if expected else None}
    return Notice(**read)


def notice_row(mark: str, kept: Kept) -> dict[str, Any]:
    """Return a row of `notices`."""
    return {
        "fingerprint": mark, "notice": kept.notice.to_dict(), "expires_s": kept.expires_at_s, "timeout": kept.timeout,
    }  # fmt: skip


def kept_from(row: Row) -> Kept:
    """Read back a row of `notices`."""
    return Kept(notice_from(row["notice"]), row["expires_s"], row["timeout"])


def log_row(entry: Entry) -> dict[str, Any]:
    """Return a row of `notification_log`."""
    return {"group_key": entry.group_key, "receiver": entry.receiver, "told": entry.to_dict()}


def log_from(row: Row) -> Entry:
    """Read back a row of `notification_log`."""
    return entry_from(row["group_key"], row["receiver"], row["told"])


def silence_row(silence: Silence) -> dict[str, Any]:
    """Return a row of `silences`."""
    return {"id": silence.id, "silence": silence.to_dict()}


def silence_of(row: Row) -> Silence:
    """Read back a row of `silences`."""
    return silence_from(row["silence"])


def attention_row(attention: Attention) -> dict[str, Any]:
    """Return a row of `attention`."""
    return {"fingerprint": attention.fingerprint, "attention": attention.to_dict()}


def attention_of(row: Row) -> Attention:
    """Read back a row of `attention`."""
    return attention_from(row["attention"])


def outbox_row(letter: Letter, now_s: float) -> dict[str, Any]:
    """Return a new row of `outbox`, due at once."""
    message = letter.message
    body = {name: getattr(message, name) for name in _MESSAGE}
    return {
        "key": letter.key,
        "first_key": letter.first_key,
        "channel": letter.channel,
        "group_key": message.group_key,
        "message": {**body, "notices": [notice.to_dict() for notice in message.notices]},
        "status": "pending",
        "attempts": 0,
        "due_s": now_s,
        "created_s": now_s,
        "reason": "",
    }


def letter_from(row: Row) -> Letter:
    """Read a letter back."""
    body: dict[str, Any] = row["message"]
    fields: dict[str, Any] = {**body, "notices": tuple(notice_from(notice) for notice in body["notices"])}
    message = Message(**fields)
    return Letter(row["key"], row["first_key"], row["channel"], message, row["attempts"])


def audit_row(happening: Happening) -> dict[str, Any]:
    """Return a row of `audit`."""
    # not `asdict`, which copies all that the detail holds
    return {name: getattr(happening, name) for name in _HAPPENING}

"""Between nouns and rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from spanwise_alerts.alert import Alert, Held, Letter, Level, Notice


def state_of(alert: Alert) -> dict[str, Any]:
    """Return an alert ready for JSON."""
    return asdict(alert)


def alert_from(state: Mapping[Any, Any]) -> Alert:
    """Read an alert back."""
    levels = {name: Level(**level) for name, level in state["levels"].items()}
    series = tuple((name, value) for name, value in state["series"])
    fields: dict[str, Any] = {**state, "series": series, "levels": levels}
    return Alert(**fields)


def held_from(row: Mapping[Any, Any]) -> Held:
    """Read back a row of `alerts`."""
    return Held(row["fingerprint"], alert_from(row["state"]), Notice(**row["told"]) if row["told"] else None)


def row_of(letter: Letter, now_s: float) -> dict[str, Any]:
    """Return a new row of `outbox`, due at once."""
    return {
        "key": letter.key,
        "first_key": letter.first_key,
        "channel": letter.channel,
        "fingerprint": letter.notice.fingerprint,
        "notice": letter.notice.to_dict(),
        "status": "pending",
        "attempts": 0,
        "due_s": now_s,
        "created_s": now_s,
        "reason": "",
    }


def letter_from(row: Mapping[Any, Any]) -> Letter:
    """Read a letter back."""
    return Letter(row["key"], row["first_key"], row["channel"], Notice(**row["notice"]), row["attempts"])

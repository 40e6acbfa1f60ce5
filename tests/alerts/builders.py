"""Builders of the alert manager's nouns."""

from __future__ import annotations

from typing import Any

from spanwise_alerts.alert import Alert, Letter, Level, Message, Notice, Reason
from spanwise_alerts.notify.message import letters_of, message_of
from spanwise_alerts.rules.threshold import Threshold

NOTICE: dict[str, Any] = {
    "status": "firing", "tier": "warning", "previous_tier": None, "rule": "llm-latency", "summary": "gpt-4o is slow",
    "description": "", "labels": {"alertname": "llm-latency", "model": "gpt-4o"}, "value": 9.5, "value_text": "9.5 s",
    "threshold": 8.0, "threshold_text": "8 s", "unit": "s", "window_s": 300.0, "count": 42, "starts_at_s": 1000.5,
    "ends_at_s": None, "fingerprint": "00000000000000aa", "step": 1,
    "runbook": "https://example.com/r", "links": {"measure": "http://c/api/v1/measure?measure=llm.duration"},
}  # fmt: skip


def a_notice(**changes: Any) -> Notice:
    return Notice(**{**NOTICE, **changes})


def a_message(
    *notices: Notice, group_key: str = '{}:{alertname="llm-latency"}', reason: Reason = "first", headline: str = ""
) -> Message:
    labels = {"alertname": "llm-latency"}
    return message_of(group_key, "team", reason, notices or (a_notice(),), labels, headline)


def a_letter(
    channel: str = "team/webhook",
    *,
    step: int = 1,
    thread: str = "thread",
    group_key: str = '{}:{alertname="llm-latency"}',
    **changes: Any,
) -> Letter:
    (letter,) = letters_of(a_message(a_notice(**changes), group_key=group_key), thread, step, {channel: True})
    return letter


def a_rule(**changes: Any) -> Threshold:
    return Threshold.model_validate({
        "name": "llm-latency", "measure": "llm.duration", "stat": "p95", "by": ["model"],
        "tiers": {"warning": {"above": "8s"}, "critical": {"above": "15s"}}, **changes,
    })  # fmt: skip


def an_alert(**changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "rule": "llm-latency", "series": (("model", "gpt-4o"),), "levels": {"warning": Level(active=True)},
        "tier": "warning", "starts_at_s": 1000.5, "step": 1, "value": 9.5, "count": 42, "updated_at_s": 1001.0,
    }  # fmt: skip
    return Alert(**{**fields, **changes})

"""Builders of the alert manager's nouns."""

from __future__ import annotations

from typing import Any

from spanwise_alerts.alert import Alert, Letter, Level, Notice
from spanwise_alerts.notify.notice import letter_to
from spanwise_alerts.rule import Rule

NOTICE: dict[str, Any] = {
    "status": "firing", "tier": "warning", "previous_tier": None, "rule": "llm-latency", "summary": "gpt-4o is slow",
    "description": "", "labels": {"alertname": "llm-latency", "model": "gpt-4o"}, "value": 9.5, "value_text": "9.5 s",
    "threshold": 8.0, "threshold_text": "8 s", "unit": "s", "window_s": 300.0, "count": 42, "starts_at_s": 1000.5,
    "ends_at_s": None, "fingerprint": "00000000000000aa", "group_key": '{}:{alertname="llm-latency"}', "step": 1,
    "runbook": "https://example.com/r", "links": {"measure": "http://c/api/v1/measure?measure=llm.duration"},
}  # fmt: skip


def a_notice(**changes: Any) -> Notice:
    return Notice(**{**NOTICE, **changes})


def a_letter(channel: str = "team/webhook", **changes: Any) -> Letter:
    return letter_to(channel, a_notice(**changes))


def a_rule(**changes: Any) -> Rule:
    return Rule.model_validate({
        "name": "llm-latency", "measure": "llm.duration", "stat": "p95", "by": ["model"],
        "tiers": {"warning": {"above": "8s"}, "critical": {"above": "15s"}}, **changes,
    })  # fmt: skip


def an_alert(**changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "rule": "llm-latency", "series": (("model", "gpt-4o"),), "levels": {"warning": Level(active=True)},
        "tier": "warning", "starts_at_s": 1000.5, "step": 1, "value": 9.5, "count": 42, "updated_at_s": 1001.0,
    }  # fmt: skip
    return Alert(**{**fields, **changes})

"""From a change of an alert to what is told about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from spanwise_alerts import wording
from spanwise_alerts.alert import Alert, Letter, Notice
from spanwise_alerts.quantity import human, human_duration
from spanwise_alerts.rule import Rule, TierName


def notice_of(
    rule: Rule, alert: Alert, previous: TierName | None, labels: Mapping[str, str], key: str, mark: str, link: str
) -> Notice:
    """Put a change of tier into words.

    Args:
        rule: whose sentences are said.
        alert: as it is now.
        previous: the tier before; None where it did not fire.
        labels: the identity of the alert.
        key: of its group.
        mark: its fingerprint.
        link: to the numbers behind it.
    """
    told = alert.tier or previous
    assert told is not None
    assert alert.starts_at_s is not None
    status = "firing" if alert.tier else "resolved"
    threshold = rule.tiers[told].threshold.value if told in rule.tiers else 0.0
    value_text, threshold_text = human(alert.value, rule.shown_unit), human(threshold, rule.shown_unit)
    dimensions = {name: dict(alert.series).get(name, "") for name in rule.by}
    names = {
        **dimensions, "value": value_text, "threshold": threshold_text, "tier": told, "status": status,
        "rule": rule.name, "measure": rule.measure, "stat": rule.stat, "window": human_duration(rule.window_s),
        "count": alert.count, "labels": dict(labels),
    }  # fmt: skip
    return Notice(
        status=status, tier=told, previous_tier=previous, rule=rule.name, summary=wording.say(rule.summary, names),
        description=wording.say(rule.description, names), labels=dict(labels), value=alert.value,
        value_text=value_text, threshold=threshold, threshold_text=threshold_text, unit=rule.unit,
        window_s=rule.window_s, count=alert.count, starts_at_s=alert.starts_at_s,
        ends_at_s=None if alert.tier else alert.updated_at_s, fingerprint=mark, group_key=key, step=alert.step,
        runbook=rule.runbook, links={"measure": link},
    )  # fmt: skip


def retired(last: Notice, step: int, now_s: float) -> Notice:
    """Resolve an alert whose rule is gone or has another identity now."""
    return replace(
        last, status="resolved", previous_tier=last.tier, value=None, value_text="no longer watched", count=0,
        ends_at_s=now_s, step=step,
    )  # fmt: skip


def letter_to(channel: str, notice: Notice) -> Letter:
    """Address a notice; the key depends on the group, the firing, the step and the channel only."""
    return Letter(_key(channel, notice, notice.step), _key(channel, notice, 1), channel, notice)


def _key(channel: str, notice: Notice, step: int) -> str:
    parts = "\0".join((notice.group_key, repr(notice.starts_at_s), str(step), channel))
    return hashlib.sha256(parts.encode()).hexdigest()

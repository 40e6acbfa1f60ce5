"""From an evaluated alert to what it says: values and thresholds in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from spanwise_alerts import wording
from spanwise_alerts.alert import Alert, Notice
from spanwise_alerts.detect.reading import Reading
from spanwise_alerts.quantity import human, human_duration
from spanwise_alerts.rule import Rule, TierName


def notice_of(
    rule: Rule, alert: Alert, reading: Reading | None, previous: TierName | None, labels: Mapping[str, str], mark: str,
    link: str,
) -> Notice:  # fmt: skip
    """Put a change of tier into words.

    Args:
        rule: whose sentences are said.
        alert: as it is now.
        reading: what was seen; None where nothing was.
        previous: the tier before; None where it did not fire.
        labels: the identity of the alert.
        mark: its fingerprint.
        link: to the numbers behind it; empty where there are none.
    """
    told = alert.tier or previous
    assert told is not None
    assert alert.starts_at_s is not None
    status = "firing" if alert.tier else "resolved"
    threshold = reading.thresholds.get(told) if reading else None
    threshold = rule.threshold_of(told) if threshold is None else threshold
    threshold_text = "" if threshold is None else human(threshold, rule.shown_unit)
    value_text = human(alert.value, rule.shown_unit)
    measure, stat = rule.measured
    series = dict(alert.series)
    names = {
        **dict.fromkeys(rule.words, ""), **{name: series.get(name, "") for name in rule.by},
        "value": value_text, "threshold": threshold_text, "tier": told, "status": status, "rule": rule.name,
        "measure": measure, "stat": stat, "window": human_duration(rule.looks_back_s), "count": alert.count,
        "labels": dict(labels), **(reading.words if reading else {}),
    }  # fmt: skip
    summary, description = wording.say(rule.summary, names), wording.say(rule.description, names)
    texts = {"summary": summary, "description": description, "runbook_url": rule.runbook}
    return Notice(
        status=status, tier=told, previous_tier=previous, rule=rule.name, summary=summary, description=description,
        labels=dict(labels), value=alert.value, value_text=value_text, threshold=threshold,
        threshold_text=threshold_text, unit=rule.unit, window_s=rule.looks_back_s, count=alert.count,
        starts_at_s=alert.starts_at_s, ends_at_s=None if alert.tier else alert.updated_at_s, fingerprint=mark,
        step=alert.step, runbook=rule.runbook, links={"measure": link} if link else {},
        annotations={name: text for name, text in texts.items() if text}, generator_url=link,
        updated_at_s=alert.updated_at_s, mark=alert.mark, expected=reading.expected if reading else None,
    )  # fmt: skip


def retired(last: Notice, step: int, now_s: float) -> Notice:
    """Resolve an alert whose rule is gone or has another identity now."""
    return replace(
        last, status="resolved", previous_tier=last.tier, value=None, value_text="no longer watched", count=0,
        ends_at_s=now_s, step=step, updated_at_s=now_s,
    )  # fmt: skip

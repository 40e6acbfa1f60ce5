"""Who an alert is: its labels, Alertmanager's fingerprint of them, and the key of its group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spanwise_alerts.alert import Labels
from spanwise_alerts.matchers import quoted
from spanwise_alerts.rule import Rule

_OFFSET: Final = 14695981039346656037
_PRIME: Final = 1099511628211
_MASK: Final = 0xFFFFFFFFFFFFFFFF


def identity(rule: Rule, series: Labels) -> dict[str, str]:
    """Return the labels of an alert, sorted: `alertname`, the rule's own, the dimensions of its series."""
    labels = {**rule.labels, **dict(series), "alertname": rule.name}
    return {name: labels[name] for name in sorted(labels) if labels[name]}


def fingerprint(labels: Mapping[str, str]) -> str:
    """Return FNV-1a (64 bits) over the sorted labels as 16 hex digits.

    Source: Alertmanager's `model.LabelSet.Fingerprint`: each name and each value is followed by 0xFF.
    """
    digest = _OFFSET
    for name in sorted(labels):
        for byte in b"%b\xff%b\xff" % (name.encode(), labels[name].encode()):
            digest = ((digest ^ byte) * _PRIME) & _MASK
    return f"{digest:016x}"


def group_key(route: str, labels: Mapping[str, str]) -> str:
    """Return the key of a group as Alertmanager writes it: the matchers down to its route, and its labels."""
    pairs = ", ".join(f"{name}={quoted(labels[name])}" for name in sorted(labels))
    return f"{route}:{{{pairs}}}"

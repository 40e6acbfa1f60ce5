"""The body of a webhook as Alertmanager writes it, version 4."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from spanwise_alerts.alert import Message, Notice

_ABSENT: Final = "0001-01-01T00:00:00Z"


def body_of(message: Message) -> dict[str, Any]:
    """Return the body; times are RFC 3339 in UTC, the end of what fires is Go's zero time."""
    return {
        "receiver": message.receiver,
        "status": message.status,
        "alerts": [_alert(notice) for notice in message.notices],
        "groupLabels": message.group_labels,
        "commonLabels": message.common_labels,
        "commonAnnotations": message.common_annotations,
        "externalURL": "",
        "version": "4",
        "groupKey": message.group_key,
        "truncatedAlerts": 0,
    }


def _alert(notice: Notice) -> dict[str, Any]:
    return {
        "status": notice.status,
        "labels": notice.routed_labels,
        "annotations": notice.annotations,
        "startsAt": _rfc3339(notice.starts_at_s),
        "endsAt": _ABSENT if notice.ends_at_s is None else _rfc3339(notice.ends_at_s),
        "generatorURL": notice.generator_url,
        "fingerprint": notice.fingerprint,
    }


def _rfc3339(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""The body of a webhook as Alertmanager writes it, version 4."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from spanwise_alerts.alert import Message, Notice

_ABSENT: Final = "0001-01-01T00:00:00Z"


def body_of(message: Message, external_url: str = "") -> dict[str, Any]:
    """Return the body; times are RFC 3339 in UTC, the end of what fires is Go's zero time.

    An alert of ours that links to no numbers links to why it fires, below `external_url`.
    """
    external_url = external_url.rstrip("/")
    return {
        "receiver": message.receiver,
        "status": message.status,
        "alerts": [_alert(notice, external_url) for notice in message.notices],
        "groupLabels": message.group_labels,
        "commonLabels": message.common_labels,
        "commonAnnotations": message.common_annotations,
        "externalURL": external_url,
        "version": "4",
        "groupKey": message.group_key,
        "truncatedAlerts": 0,
    }


def _alert(notice: Notice, external_url: str) -> dict[str, Any]:
    return {
        "status": notice.status,
        "labels": notice.routed_labels,
        "annotations": notice.annotations,
        "startsAt": _rfc3339(notice.starts_at_s),
        "endsAt": _ABSENT if notice.ends_at_s is None else _rfc3339(notice.ends_at_s),
        "generatorURL": notice.generator_url or _why(notice, external_url),
        "fingerprint": notice.fingerprint,
    }


def _why(notice: Notice, external_url: str) -> str:
    if not external_url or notice.source == "push":
        return ""
    return f"{external_url}/api/v1/explain?fingerprint={notice.fingerprint}"


def _rfc3339(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

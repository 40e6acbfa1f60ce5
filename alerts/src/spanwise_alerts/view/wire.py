"""Alertmanager v2's shapes, and how answers are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from spanwise_alerts.alert import GroupView, Standing

MAX_BYTES: Final = 16 * 2**20
"""The longest body that is read."""

_RESEND_S: Final = 240.0
"""For how long an alert of ours is said to fire unless it is evaluated again, as Prometheus says it."""


class Json(Response):
    """An answer in JSON; thousands of alerts are written in milliseconds."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:  # noqa: ANN401  whatever JSON holds
        """Write it."""
        return msgspec.json.encode(content)


def refused(message: str, status: int = 400) -> Json:
    """Answer a faulty request as Alertmanager's clients expect it: by a bare JSON string."""
    return Json(message, status)


class TooLarge(Exception):
    """A body beyond what is read."""


async def body(request: Request, most_bytes: int = MAX_BYTES) -> bytes:
    """Read a body.

    Raises:
        TooLarge: it is too long; the rest of it is not read.
    """
    parts, length = list[bytes](), 0
    async for part in request.stream():
        length += len(part)
        if length > most_bytes:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


def too_large() -> Json:
    """Answer a body beyond the limit."""
    return refused(f"expected a body of at most {MAX_BYTES} bytes", 413)


def not_recorded(error: Exception) -> Json:
    """Answer what the database refused."""
    return refused(f"not recorded, nothing changed: {error}", 503)


def rfc3339(at_s: float) -> str:
    """Write a moment."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def alert_of(standing: Standing, now_s: float) -> dict[str, Any]:
    """Return an alert as `GET /alerts` has it."""
    notice = standing.notice
    ends_s = standing.expires_at_s if notice.source == "push" else None
    shown: dict[str, Any] = {
        "annotations": _texts(standing),
        "endsAt": rfc3339(now_s + _RESEND_S if ends_s is None else ends_s),
        "fingerprint": notice.fingerprint,
        "receivers": [{"name": name} for name in standing.receivers],
        "startsAt": rfc3339(notice.starts_at_s),
        "status": {
            "inhibitedBy": standing.inhibited_by,
            "mutedBy": standing.muted_by,
            "silencedBy": standing.silenced_by,
            "state": standing.state,
        },
        "updatedAt": rfc3339(notice.updated_at_s),
        "labels": notice.routed_labels,
    }
    if link := notice.generator_url or notice.links.get("measure", ""):
        shown["generatorURL"] = link
    return shown


def group_of(group: GroupView, members: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a group as `GET /alerts/groups` has it."""
    return {"alerts": members, "labels": dict(group.labels), "receiver": {"name": group.receiver}}


def _texts(standing: Standing) -> Mapping[str, str]:
    notice = standing.notice
    if notice.source == "push":
        return notice.annotations
    texts = {
        "summary": notice.summary, "description": notice.description, "runbook_url": notice.runbook,
        "tier": notice.tier, "value": notice.value_text, "threshold": notice.threshold_text,
    }  # fmt: skip
    return {**{name: text for name, text in texts.items() if text}, **notice.annotations}

"""Tell by HTTP: POST our JSON (docs/receivers.md) with an idempotency key."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from spanwise_alerts.alert import Letter, Notice, Outcome
from spanwise_alerts.notify import alertmanager
from spanwise_alerts.receivers.webhook import Webhook

_AGENT: Final = "spanwise-alerts/0.1"
_PASSING: Final = frozenset({408, 425, 429})
_MAX_WAIT_S: Final = 3600.0


class WebhookChannel:
    """One URL; redirects are not followed, and its link is never shown."""

    def __init__(self, name: str, config: Webhook, now: Callable[[], float], external_url: str = "") -> None:
        self.name = name
        self._url = config.url.text
        self._format = config.format
        self._now = now
        self._external_url = external_url
        # without TLS no certificates need to be loaded
        tls = urlsplit(self._url).scheme == "https"
        self._client = httpx.AsyncClient(timeout=config.timeout_s, trust_env=False, follow_redirects=False, verify=tls)

    async def send(self, letter: Letter) -> Outcome:
        """POST once: 2xx is delivered; 408, 425, 429, 5xx, time-outs and lost connections may pass; else it is dead."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": letter.key, "User-Agent": _AGENT}
        body = json.dumps(self._body_of(letter), ensure_ascii=False).encode()
        try:
            response = await self._client.post(self._url, content=body, headers=headers)
        except httpx.InvalidURL as error:
            return Outcome("dead", f"the URL cannot be used: {type(error).__name__}")
        except httpx.HTTPError as error:
            return Outcome("retry", f"no answer: {type(error).__name__}")
        status = response.status_code
        if response.is_success:
            return Outcome("delivered")
        reason = f"answered {status}: {response.text[:200]}".rstrip(": ")
        if status in _PASSING or response.is_server_error:
            return Outcome("retry", reason, _asked_wait_s(response.headers.get("Retry-After", ""), self._now()))
        return Outcome("dead", reason)

    def _body_of(self, letter: Letter) -> dict[str, Any]:
        if self._format == "alertmanager":
            return alertmanager.body_of(letter.message, self._external_url)
        return body_of(letter)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def body_of(letter: Letter) -> dict[str, Any]:
    """Return the body, version 2; times are RFC 3339 in UTC."""
    message = letter.message
    return {
        "version": "2",
        "delivery": letter.key,
        "thread": letter.first_key,
        "status": message.status,
        "tier": message.tier,
        "reason": message.reason,
        "summary": message.summary,
        "receiver": message.receiver,
        "group_key": message.group_key,
        "group_labels": message.group_labels,
        "common_labels": message.common_labels,
        "common_annotations": message.common_annotations,
        "alerts": [_alert(notice) for notice in message.notices],
    }


def _alert(notice: Notice) -> dict[str, Any]:
    return {
        "status": notice.status,
        "tier": notice.tier,
        "previous_tier": notice.previous_tier,
        "rule": notice.rule,
        "summary": notice.summary,
        "description": notice.description,
        "labels": notice.labels,
        "annotations": notice.annotations,
        "value": notice.value,
        "value_text": notice.value_text,
        "threshold": notice.threshold,
        "unit": notice.unit,
        "window_s": notice.window_s,
        "count": notice.count,
        "starts_at": _rfc3339(notice.starts_at_s),
        "ends_at": None if notice.ends_at_s is None else _rfc3339(notice.ends_at_s),
        "fingerprint": notice.fingerprint,
        "runbook": notice.runbook,
        "links": notice.links,
        "source": notice.source,
    }


def _rfc3339(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _asked_wait_s(header: str, now_s: float) -> float:
    try:
        wait_s = float(header) if header.isdigit() else parsedate_to_datetime(header).timestamp() - now_s
    except ValueError:
        return 0.0
    return min(max(wait_s, 0.0), _MAX_WAIT_S)

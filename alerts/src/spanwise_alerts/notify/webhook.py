"""Tell by HTTP: POST our JSON (docs/receivers.md) with an idempotency key, signed where there is a secret."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from spanwise_alerts.alert import Letter, Notice, Outcome
from spanwise_alerts.notify import alertmanager
from spanwise_alerts.notify.http import Poster, outcome_of
from spanwise_alerts.notify.signature import signed
from spanwise_alerts.receivers.webhook import Webhook, basic


class WebhookChannel:
    """One URL; redirects are not followed, and its link is never shown."""

    def __init__(self, name: str, config: Webhook, now: Callable[[], float], external_url: str = "") -> None:
        self.name = name
        self._config = config
        self._now = now
        self._external_url = external_url
        parts = urlsplit(config.url.text)
        self._always = {"Content-Type": "application/json"}
        if parts.username is not None:
            self._always["Authorization"] = basic(unquote(parts.username), unquote(parts.password or ""))
        trusted = ssl.create_default_context(cafile=str(config.ca_file)) if config.ca_file else None
        self._poster = Poster(
            config.timeout_s, tls=parts.scheme == "https", allow_private=config.allow_private, trusted=trusted
        )

    async def send(self, letter: Letter) -> Outcome:
        """POST once: 2xx is delivered; 408, 425, 429, 5xx, time-outs and lost connections may pass; else it is dead."""
        body = json.dumps(self._body_of(letter), ensure_ascii=False).encode()
        now_s = self._now()
        headers = {**self._always, "Idempotency-Key": letter.key}
        try:
            headers |= self._config.sent()
            if key := self._config.key():
                headers |= signed(key, letter.key, now_s, body)
        except (OSError, ValueError) as error:
            # whoever changes a secret may do so in two steps
            return Outcome("retry", f"its secrets cannot be read: {error}")
        answer = await self._poster.post(self._config.url.text, body, headers, now_s)
        return answer if isinstance(answer, Outcome) else outcome_of(answer)

    def _body_of(self, letter: Letter) -> dict[str, Any]:
        if self._config.format == "alertmanager":
            return alertmanager.body_of(letter.message, self._external_url)
        return body_of(letter)

    async def close(self) -> None:
        """Close the connections."""
        await self._poster.close()


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
        "expected": asdict(notice.expected) if notice.expected else None,
    }


def _rfc3339(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

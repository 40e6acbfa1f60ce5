"""Tell by HTTP: POST our JSON (docs/receivers.md) with an idempotency key, signed where there is a secret."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import msgspec

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify import alertmanager
from spanwise_alerts.notify.body import body_of
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
        body = self._body_of(letter)
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

    def _body_of(self, letter: Letter) -> bytes:
        if self._config.format == "alertmanager":
            return msgspec.json.encode(alertmanager.body_of(letter.message, self._external_url))
        return msgspec.json.encode(body_of(letter))

    async def close(self) -> None:
        """Close the connections."""
        await self._poster.close()

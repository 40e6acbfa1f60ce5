"""Tell a run to stop: POST it, signed (docs/runaway.md)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.http import Poster, outcome_of
from spanwise_alerts.notify.signature import key_of, signed
from spanwise_alerts.rules.runaway import RUN, Stop


class StopChannel:
    """One URL that stops runs; its link is never shown, and nothing goes there that is not signed."""

    def __init__(self, name: str, config: Stop, now: Callable[[], float]) -> None:
        self.name = name
        self._config = config
        self._now = now
        tls = urlsplit(config.url.text).scheme == "https"
        self._poster = Poster(config.timeout_s, tls=tls, allow_private=config.allow_private)

    async def send(self, letter: Letter) -> Outcome:
        """POST once; the outcomes are those of a webhook."""
        body, now_s = body_of(letter), self._now()
        try:
            key = key_of(self._config.secret())
        except (OSError, ValueError) as error:
            return Outcome("retry", f"its secret cannot be read: {error}")
        headers = {
            "Content-Type": "application/json", "Idempotency-Key": letter.key,
            **signed(key, letter.key, now_s, body),
        }  # fmt: skip
        answer = await self._poster.post(self._config.url.text, body, headers, now_s)
        return answer if isinstance(answer, Outcome) else outcome_of(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._poster.close()


def body_of(letter: Letter) -> bytes:
    """Write the body, version 1."""
    (notice,) = letter.message.notices
    return msgspec.json.encode({
        "version": "1", "action": "stop", "trace_id": notice.labels.get(RUN, ""),
        "service": notice.labels.get("service", ""), "agent": notice.labels.get("agent", ""),
        "reason": notice.summary, "rule": notice.rule, "tier": notice.tier, "delivery": letter.key,
    })  # fmt: skip

"""Tell by HTTP in the format of somebody's service: one POST for each letter."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Protocol

import httpx

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.http import Answer, Poster
from spanwise_alerts.receivers.posted import Posted

Json = dict[str, Any]
_JSON: Final = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Post:
    """What goes where."""

    url: str
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Format(Protocol):
    """How one service is told; `formats/` has one file for each."""

    def post(self, letter: Letter, now_s: float) -> Post:
        """Write a letter; secrets are read anew.

        Raises:
            OSError: a file with a secret cannot be read any more.
            ValueError: nor does it hold what was expected any more.
        """
        ...

    def outcome(self, answer: Answer) -> Outcome:
        """Read an answer as the service means it."""
        ...


class ChatChannel:
    """One place of one service."""

    def __init__(self, name: str, format_: Format, config: Posted, now: Callable[[], float]) -> None:
        self.name = name
        self._format = format_
        self._now = now
        self._poster = Poster(config.timeout_s, tls=True, allow_private=config.allow_private, trusted=_usual())

    async def send(self, letter: Letter) -> Outcome:
        """POST once."""
        now_s = self._now()
        try:
            post = self._format.post(letter, now_s)
        except (OSError, ValueError) as error:
            return Outcome("retry", f"a secret cannot be read: {error}")
        answer = await self._poster.post(post.url, wire(post.body), {**_JSON, **post.headers}, now_s)
        return answer if isinstance(answer, Outcome) else self._format.outcome(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._poster.close()


@cache
def _usual() -> ssl.SSLContext:
    """Read the usual certificates once for all chats: it takes longer than to write a letter."""
    return httpx.create_ssl_context(trust_env=False)


def wire(body: Json) -> bytes:
    """Write a body as it goes."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

"""POST to an address that is never shown: redirects are not followed, of the answer only its beginning is read."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import httpx

from spanwise_alerts.alert import Outcome

_ALWAYS: Final = {"User-Agent": "spanwise-alerts/0.1", "Accept-Encoding": "identity"}
_PASSING: Final = frozenset({408, 425, 429})
_MAX_ANSWER_BYTES: Final = 16_384
_SHOWN_CHARS: Final = 200
_MAX_WAIT_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered.

    Attributes:
        text: the beginning of the body.
        retry_after_s: what `Retry-After` asks for, an hour at most; 0 where it asks for nothing.
    """

    status: int
    text: str = ""
    retry_after_s: float = 0.0

    @property
    def reason(self) -> str:
        """What it says, short, for people."""
        shown = "".join(char if char.isprintable() else " " for char in self.text[:_SHOWN_CHARS])
        return f"answered {self.status}: {' '.join(shown.split())}".removesuffix(": ")


class Poster:
    """The connections of one channel."""

    def __init__(self, timeout_s: float, *, tls: bool) -> None:
        """Take `tls`: without it no certificates need to be loaded."""
        self._timeout_s = timeout_s
        self._client = httpx.AsyncClient(timeout=timeout_s, trust_env=False, follow_redirects=False, verify=tls)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], now_s: float) -> Answer | Outcome:
        """POST once; an outcome where nothing was answered.

        Args:
            url: where to; it may differ from one call to the next.
            body: as it goes.
            headers: beside our own.
            now_s: Unix time, against which a `Retry-After` that is a date is read.
        """
        try:
            async with self._client.stream("POST", url, content=body, headers={**_ALWAYS, **headers}) as response:
                text = await self._beginning(response)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            return Outcome("dead", f"the URL cannot be used: {type(error).__name__}")
        except httpx.HTTPError as error:
            return Outcome("retry", f"no answer: {type(error).__name__}")
        return Answer(response.status_code, text, _asked_wait_s(response.headers.get("Retry-After", ""), now_s))

    async def _beginning(self, response: httpx.Response) -> str:
        held = bytearray()
        # the status says how it ended, also where its body breaks off or does not end
        with contextlib.suppress(httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(self._timeout_s), contextlib.aclosing(response.aiter_raw()) as chunks:
                async for chunk in chunks:
                    held += chunk
                    if len(held) >= _MAX_ANSWER_BYTES:
                        break
        return bytes(held[:_MAX_ANSWER_BYTES]).decode("utf-8", "replace")

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()


def outcome_of(answer: Answer) -> Outcome:
    """Read the status alone: 2xx is delivered; 408, 425, 429 and 5xx may pass; all else is dead."""
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome("delivered")
    if answer.status in _PASSING or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Outcome("retry", answer.reason, answer.retry_after_s)
    return Outcome("dead", answer.reason)


def bounded_wait_s(wait_s: float) -> float:
    """Hold a wait that was asked for between nothing and an hour."""
    return min(max(wait_s, 0.0), _MAX_WAIT_S)


def _asked_wait_s(header: str, now_s: float) -> float:
    try:
        wait_s = float(header) if header.isdigit() else parsedate_to_datetime(header).timestamp() - now_s
    except ValueError:
        return 0.0
    return bounded_wait_s(wait_s)

"""POST to an address that is never shown: redirects are not followed, of the answer only its beginning is read."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import httpcore
import httpx

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.guard import Guard, PrivateAddressError

_ALWAYS: Final = {"User-Agent": "spanwise-alerts/0.1", "Accept-Encoding": "identity"}
_PASSING: Final = frozenset({408, 425, 429})
_TROUBLE: Final = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
_KEPT_S: Final = 5.0
_MAX_ANSWER_BYTES: Final = 16_384
_SHOWN_CHARS: Final = 200
_WAIT: Final = b"retry-after"
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
    """The connections of one channel, to the public internet only unless private addresses are allowed."""

    def __init__(
        self, timeout_s: float, *, tls: bool, allow_private: bool = False, trusted: ssl.SSLContext | None = None
    ) -> None:
        """Take `tls`: without it no certificates need to be loaded; `trusted` in place of the usual ones."""
        self._timeout_s = timeout_s
        self._tls = trusted or httpx.create_ssl_context(verify=tls, trust_env=False)
        self._guard = Guard(allow_private=allow_private)
        self._free: list[httpcore.AsyncConnectionPool] = []

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], now_s: float) -> Answer | Outcome:
        """POST once; an outcome where nothing was answered in time, all of it together.

        Args:
            url: where to; it may differ from one call to the next.
            body: as it goes.
            headers: beside our own.
            now_s: Unix time, against which a `Retry-After` that is a date is read.
        """
        try:
            request = _request(url, body, {**_ALWAYS, **headers}, self._timeout_s)
        except httpx.InvalidURL as error:
            return Outcome("dead", f"the URL cannot be used: {type(error).__name__}")
        line = self._free.pop() if self._free else self._line()
        try:
            async with asyncio.timeout(self._timeout_s) as limit:
                response = await line.handle_async_request(request)
            text = await _beginning(response, limit.when())
        except httpcore.UnsupportedProtocol as error:
            return Outcome("dead", f"the URL cannot be used: {type(error).__name__}")
        except (*_TROUBLE, TimeoutError) as error:
            return Outcome("retry", f"no answer: {_why(error)}")
        finally:
            self._free.append(line)
        asked = next((value.decode("latin-1") for name, value in response.headers if name.lower() == _WAIT), "")
        return Answer(response.status, text, _asked_wait_s(asked, now_s))

    def _line(self) -> httpcore.AsyncConnectionPool:
        # one connection each: a pool of many goes through all of them for every request
        return httpcore.AsyncConnectionPool(
            ssl_context=self._tls, max_connections=1, keepalive_expiry=_KEPT_S, network_backend=self._guard
        )

    async def close(self) -> None:
        """Give the connections back."""
        for line in self._free:
            await line.aclose()


def _request(url: str, body: bytes, headers: Mapping[str, str], timeout_s: float) -> httpcore.Request:
    parts = httpx.URL(url)
    address = httpcore.URL(scheme=parts.raw_scheme, host=parts.raw_host, port=parts.port, target=parts.raw_path)
    # names are the same in any case: of two the later one is meant
    last = {name.lower(): (name.encode("ascii"), value.encode("utf-8")) for name, value in headers.items()}
    sent = [(b"Host", parts.netloc), (b"Content-Length", str(len(body)).encode()), *last.values()]
    waits = dict.fromkeys(("connect", "read", "write", "pool"), timeout_s)
    return httpcore.Request("POST", address, headers=sent, content=body, extensions={"timeout": waits})


async def _beginning(response: httpcore.Response, until: float | None) -> str:
    held = bytearray()
    try:
        # the status says how it ended, also where its body breaks off or does not end
        with contextlib.suppress(*_TROUBLE, TimeoutError):
            async with asyncio.timeout_at(until):
                async for chunk in response.aiter_stream():
                    held += chunk
                    if len(held) >= _MAX_ANSWER_BYTES:
                        break
    finally:
        await response.aclose()
    return held[:_MAX_ANSWER_BYTES].decode("utf-8", "replace")


def _why(error: BaseException) -> str:
    """Say what is wrong in words that help, without the link."""
    if isinstance(error, PrivateAddressError):
        return "its name leads to a private address, which needs `allow_private: true`"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not good: {cause.verify_message}"
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if isinstance(cause, socket.gaierror):
            return "its name is not known"
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__


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

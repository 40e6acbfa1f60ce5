"""What a browser must not do for a page of somebody else: reach the alert manager behind its user's back."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from spanwise_alerts.view.wire import refused

_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Refuses what a foreign page sends, and names that a foreign page may have pointed here.

    - A request that changes something and comes from a page (`Origin`) must come from our own address: that which was
      asked for, or `own`, where a proxy asks for another one.
    - On loopback the name that was asked for (`Host`) must be an address, a name without dots, or one of `names`:
      else a page could let its own name lead here (DNS rebinding) and read alerts.

    Programs send no `Origin`; they notice the first rule never and the second only with a name of their own.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str], *, loopback: bool, own: str = "") -> None:
        """Take `own`, the scheme, host and port of `external_url`; empty where there is none."""
        self._app = app
        self._own = own.encode()
        self._names = frozenset(names)
        self._loopback = loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let through."""
        fault = self._fault(scope) if scope["type"] == "http" else ""
        if fault:
            await refused(fault, 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _fault(self, scope: Scope) -> str:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        host = _host(headers.get(b"host", b""))
        if self._loopback and host and not self._ours(host):
            return f"Host: got {host!r}, expected a loopback address, or the host of `external_url`"
        origin = headers.get(b"origin")
        if origin is None or scope["method"] in _READS:
            return ""
        if self._own and origin == self._own:
            return ""
        page = origin.partition(b"://")[2]
        if page != headers.get(b"host", b"") or not self._ours(host):
            return f"Origin: got {origin.decode('latin-1')!r}, expected no page but our own"
        return ""

    def _ours(self, host: str) -> bool:
        return "." not in host or host in self._names or host.endswith(".localhost") or _is_address(host)


def is_loopback(address: str) -> bool:
    """Whether HOST:PORT is reached from this machine only."""
    host = address.rpartition(":")[0].strip("[]")
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _host(header: bytes) -> str:
    text = header.decode("latin-1")
    try:
        return urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return text


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

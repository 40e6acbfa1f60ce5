"""Connect to addresses of the public internet only, unless told otherwise: no receiver leads inside by its name."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Final, cast

import httpcore

from spanwise_alerts.receivers.private import is_private

_NAMESERVER_S: Final = 10.0


class PrivateAddressError(httpcore.ConnectError):
    """A name leads to nothing but addresses inside."""


class Guard(httpcore.AsyncNetworkBackend):
    """Resolves a name, checks what it leads to, and connects to what was checked.

    So nobody can answer the check in one way and the connection in another (DNS rebinding). TLS still asks for
    the name's certificate, as only the address of the connection is put in its place.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the base class's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first checked address that answers; each has its share of the time.

        Raises:
            PrivateAddressError: there is no other address than private ones.
            httpcore.ConnectError: the name is not known, or nobody answers.
        """
        if self._allow_private:
            return await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        found = await _resolved(host, port, timeout)
        addresses = [address for address in found if not is_private(ipaddress.ip_address(address))]
        if not addresses:
            raise PrivateAddressError(f"{len(found)} private addresses")
        share_s = None if timeout is None else timeout / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._backend.connect_tcp(address, port, share_s, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._backend.connect_tcp(addresses[-1], port, share_s, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  the base class's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: a socket of this machine is as private as can be."""
        del path, timeout, socket_options
        raise PrivateAddressError("a unix socket")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


async def _resolved(host: str, port: int, timeout_s: float | None) -> list[str]:
    """Return the addresses that a name leads to, each once, in the order of the resolver."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout_s or _NAMESERVER_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout("the name server does not answer") from error
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))

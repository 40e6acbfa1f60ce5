"""Sees before anything starts whether every address can be listened on."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping

from spanwise_collector.config import split_address

_WHY = {
    errno.EADDRINUSE: "is in use by another program",
    errno.EADDRNOTAVAIL: "is no address of this machine",
    errno.EACCES: "may not be opened by this user",
}


def _refusal(address: str) -> str | None:
    host, port = split_address(address)
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen(1)
    except socket.gaierror as fault:
        return f"cannot be resolved ({fault.strerror})"
    except OSError as fault:
        return _WHY.get(fault.errno or 0, f"cannot be opened ({fault.strerror})")
    return None


def refusals(addresses: Mapping[str, str]) -> list[str]:
    """Say of each address that cannot be listened on why, and which flag moves it.

    Args:
        addresses: flag ("--http") to "HOST:PORT"; port 0 takes any free one.
    """
    return [
        f"{address} {why}; {flag} HOST:PORT moves it (port 0 takes a free one)"
        for flag, address in addresses.items()
        if (why := _refusal(address))
    ]

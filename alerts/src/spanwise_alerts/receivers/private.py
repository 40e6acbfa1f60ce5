"""Which addresses lead into the own machine or network, where a receiver must not lead by accident or by malice."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_METADATA: Final = frozenset({ipaddress.IPv4Address("168.63.129.16"), ipaddress.IPv4Address("192.0.0.192")})
"""What clouds serve credentials at beside link-local and private addresses: Azure and Oracle."""


def is_private(address: Address) -> bool:
    """Whether an address is none of the public internet: loopback, private, link-local, metadata of clouds, no host."""
    if isinstance(address, ipaddress.IPv6Address) and (carried := _carried(address)) is not None:
        return is_private(carried)
    return not address.is_global or address.is_multicast or address in _METADATA


def names_private(url: str) -> bool:
    """Whether a link names such an address by itself, without asking anybody for it; False where it only may."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return is_private(ipaddress.ip_address(host))
    except ValueError:
        return False


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the address of version 4 that one of version 6 leads to."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)

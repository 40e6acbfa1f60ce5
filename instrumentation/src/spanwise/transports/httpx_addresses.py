"""Addresses of httpx and httpx2, whose URLs work out each part anew whenever it is asked for."""

# ruff: noqa: ANN401  two libraries with equal, unrelated classes; neither is a dependency

from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from spanwise.url import Address


def address_of(url: Any) -> Address:
    """Take an address apart, by what the URL holds where it holds that as both libraries do."""
    held = getattr(url, "_uri_reference", None)
    if held is None:
        return Address(url.scheme, url.host, url.port, url.path)
    address = _made(held.scheme, held.host, held.port, held.path)
    return Address(url.scheme, url.host, url.port, url.path) if "xn--" in address.host else address


@lru_cache(maxsize=256)
def _made(scheme: str, host: str, port: int | None, path: str) -> Address:
    return Address(scheme, host, port, unquote(path or "/"))

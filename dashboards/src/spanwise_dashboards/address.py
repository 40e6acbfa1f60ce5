"""What the user says about where Grafana is, checked before anything is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_TOKEN = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Address:
    """A Grafana and the service account token for it.

    Attributes:
        url: the address that opens Grafana in a browser, sub-path included; ends in a slash.
        token: never printed.
    """

    url: str
    token: str = field(repr=False)


def address(url: str, token: str) -> Address:
    """Check and complete what was given.

    Raises:
        ValueError: names the faulty one and what is expected; never shows the token.
    """
    if not _TOKEN.fullmatch(token.strip()):
        # Said here, because an HTTP library would print the header with the token in it.
        raise ValueError("token: it is empty or holds a space or control character; expected one word such as glsa_…")
    return Address(web_url("grafana", url).rstrip("/") + "/", token.strip())


def web_url(name: str, url: str) -> str:
    """Check that `url` is an http(s) address without credentials, query or fragment, and answer it.

    Raises:
        ValueError: names the argument, the value and what is expected.
    """
    expected = "expected http(s)://HOST[:PORT][/PATH]"
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError(f"{name}: credentials do not belong in the address; {expected}")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{name}: {url!r}; {expected}")
    try:
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"{name}: {url!r}: {error}; {expected}") from error
    return url

"""Addresses of APIs: nothing secret is in them, so they are shown."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ValidationInfo

from spanwise_alerts.receivers.private import names_private


def _checked(raw: str, info: ValidationInfo) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"got {raw!r}, expected an address such as https://api.example.com/")
    if names_private(raw) and not info.data.get("allow_private", True):
        raise ValueError(f"got {raw!r}, which is a private address; expected `allow_private: true` beside it")
    return raw


ApiUrl = Annotated[str, AfterValidator(_checked)]
"""An address that leads inside only where `allow_private` says so."""

"""What every way to tell by HTTP can be told."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from spanwise_alerts.receivers.private import names_private
from spanwise_alerts.receivers.way import Way
from spanwise_alerts.secret import Secret, SecretUrl


def _public(url: Secret, info: ValidationInfo) -> Secret:
    # where `allow_private` itself is wrong, that is said
    if names_private(url.text) and not info.data.get("allow_private", True):
        raise ValueError(
            "leads to a private address; expected `allow_private: true` beside it, or a host of the internet "
            "(what was found is not shown)"
        )
    return url


PublicUrl = Annotated[SecretUrl, AfterValidator(_public)]
"""A link that leads inside only where `allow_private` says so."""


class Posted(Way):
    """A way by HTTP."""

    allow_private: bool = Field(
        default=False,
        description="also where it leads to loopback, a private network or metadata of a cloud (default false)",
    )

"""Tell by HTTP."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spanwise_alerts.receivers.way import Way
from spanwise_alerts.secret import SecretUrl


class Webhook(Way):
    """Where to POST JSON."""

    url: SecretUrl = Field(
        description="where to POST; shown as *** everywhere", examples=["https://hooks.example.com/spanwise"]
    )
    format: Literal["spanwise", "alertmanager"] = Field(
        default="spanwise",
        description="the body: our JSON, or Alertmanager's (default spanwise)",
        examples=["spanwise"],
    )

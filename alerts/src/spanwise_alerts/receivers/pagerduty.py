"""Tell by PagerDuty: an incident for each group of alerts."""

from __future__ import annotations

from typing import Final, Self

from pydantic import Field, model_validator

from spanwise_alerts.receivers.api_url import ApiUrl
from spanwise_alerts.receivers.either import one_of
from spanwise_alerts.receivers.posted import Posted
from spanwise_alerts.receivers.secret_file import SecretFile, held
from spanwise_alerts.secret import SecretText

_URL: Final = "https://events.pagerduty.com/v2/enqueue"


class Pagerduty(Posted):
    """Which integration of the Events API v2."""

    routing_key_file: SecretFile | None = Field(
        default=None,
        description="the integration's key, read anew for each message",
        examples=["/run/secrets/pagerduty"],
    )
    routing_key_text: SecretText | None = Field(
        default=None, alias="routing_key", description="the key itself, in place of routing_key_file; shown as ***"
    )
    url: ApiUrl = Field(default=_URL, description="of the Events API v2 (default PagerDuty's in the US)")

    @property
    def pages(self) -> bool:
        """It keeps an incident for each group."""
        return True

    @model_validator(mode="after")
    def _keyed(self) -> Self:
        one_of(self, "routing_key", "routing_key_file", "routing_key_text")
        return self

    def routing_key(self) -> str:
        """Return the key, read anew.

        Raises:
            OSError: its file cannot be read any more.
            UnicodeDecodeError: nor is it text any more.
        """
        found = held(self.routing_key_text, self.routing_key_file)
        return found.text if found else ""

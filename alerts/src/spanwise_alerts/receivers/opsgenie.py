"""Tell by Opsgenie: an alert of theirs for each group of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from spanwise_alerts.receivers.api_url import ApiUrl
from spanwise_alerts.receivers.either import one_of
from spanwise_alerts.receivers.posted import Posted
from spanwise_alerts.receivers.secret_file import SecretFile, held
from spanwise_alerts.rule import Section, refuse
from spanwise_alerts.secret import SecretText

_URL: Final = "https://api.opsgenie.com/"


class Responder(Section):
    """Who is called."""

    type: Literal["team", "user", "escalation", "schedule"] = Field(
        description="team, user, escalation or schedule", examples=["team"]
    )
    id: str | None = Field(default=None, description="one of id, name and username", examples=["4513b7ea"])
    name: str | None = Field(default=None, description="of a team, an escalation or a schedule", examples=["llm"])
    username: str | None = Field(default=None, description="of a user", examples=["ada@example.com"])

    @model_validator(mode="after")
    def _named(self) -> Self:
        if len(list(self.said())) != 1:
            refuse([((), "expected one of `id`, `name` and `username`")])
        return self

    def said(self) -> Iterator[tuple[str, str]]:
        """Go through what it is called."""
        for key in ("id", "name", "username"):
            if value := getattr(self, key):
                yield key, value


class Opsgenie(Posted):
    """Which integration of the Alert API, and who is called."""

    api_key_file: SecretFile | None = Field(
        default=None,
        description="the integration's key, read anew for each message",
        examples=["/run/secrets/opsgenie"],
    )
    api_key_text: SecretText | None = Field(
        default=None, alias="api_key", description="the key itself, in place of api_key_file; shown as ***"
    )
    api_url: ApiUrl = Field(
        default=_URL, description="of the API (default https://api.opsgenie.com/)",
        examples=["https://api.eu.opsgenie.com/"],
    )  # fmt: skip
    responders: list[Responder] = Field(
        default_factory=list[Responder],
        description="who is called; without any the integration says it",
        examples=[[{"type": "team", "name": "llm"}]],
    )

    @property
    def pages(self) -> bool:
        """It keeps an alert of its own for each group."""
        return True

    @model_validator(mode="after")
    def _keyed(self) -> Self:
        one_of(self, "api_key", "api_key_file", "api_key_text")
        return self

    def api_key(self) -> str:
        """Return the key, read anew.

        Raises:
            OSError: its file cannot be read any more.
            UnicodeDecodeError: nor is it text any more.
        """
        found = held(self.api_key_text, self.api_key_file)
        return found.text if found else ""

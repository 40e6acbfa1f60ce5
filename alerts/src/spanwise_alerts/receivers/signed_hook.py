"""Tell by a link whose calls are signed with a secret."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from spanwise_alerts.receivers.either import one_of
from spanwise_alerts.receivers.hook import Hook
from spanwise_alerts.receivers.secret_file import SecretFile, held
from spanwise_alerts.secret import SecretText


class SignedHook(Hook):
    """The link, and the secret if the chat asks for signatures."""

    secret_file: SecretFile | None = Field(default=None, description="signs each message, read anew for each")
    secret_text: SecretText | None = Field(
        default=None, alias="secret", description="the secret itself, in place of secret_file; shown as ***"
    )

    @model_validator(mode="after")
    def _signing(self) -> Self:
        if self.secret_text or self.secret_file:
            one_of(self, "secret", "secret_file", "secret_text")
        return self

    def secret(self) -> str:
        """Return the secret, read anew; empty where nothing is signed.

        Raises:
            OSError: its file cannot be read any more.
            UnicodeDecodeError: nor is it text any more.
        """
        found = held(self.secret_text, self.secret_file)
        return found.text if found else ""

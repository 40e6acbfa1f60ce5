"""Tell by HTTP."""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from spanwise_alerts.notify.signature import key_of
from spanwise_alerts.receivers.posted import Posted, PublicUrl
from spanwise_alerts.receivers.secret_file import ReadableFile, SecretFile, held
from spanwise_alerts.rule import refuse
from spanwise_alerts.secret import Secret, SecretText

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OURS: Final = frozenset({
    "host", "content-length", "content-type", "transfer-encoding", "connection", "te", "trailer", "upgrade", "expect",
    "accept-encoding", "idempotency-key", "webhook-id", "webhook-timestamp", "webhook-signature",
})  # fmt: skip
_KEPT: Final = ("secret", "bearer", "password")


class Webhook(Posted):
    """Where to POST JSON, and how to show who we are."""

    url: PublicUrl = Field(
        description="where to POST; shown as *** everywhere", examples=["https://hooks.example.com/spanwise"]
    )
    format: Literal["spanwise", "alertmanager"] = Field(
        default="spanwise",
        description="the body: our JSON, or Alertmanager's (default spanwise)",
        examples=["spanwise"],
    )
    secret_file: SecretFile | None = Field(
        default=None, description="signs what is sent, as Standard Webhooks do", examples=["/run/secrets/hook"]
    )
    secret_text: SecretText | None = Field(
        default=None, alias="secret", description="the secret itself, in place of secret_file; shown as ***"
    )
    bearer_file: SecretFile | None = Field(
        default=None, description="a token to send, read anew each time", examples=["/run/secrets/token"]
    )
    bearer_text: SecretText | None = Field(
        default=None, alias="bearer", description="the token itself, in place of bearer_file; shown as ***"
    )
    username: str | None = Field(default=None, description="for basic authentication, in place of bearer")
    password_file: SecretFile | None = Field(default=None, description="goes with username, read anew each time")
    password_text: SecretText | None = Field(
        default=None, alias="password", description="the password itself, in place of password_file; shown as ***"
    )
    headers: dict[str, SecretText] = Field(
        default_factory=dict[str, Secret], description="sent as well; values are shown as ***"
    )
    ca_file: ReadableFile | None = Field(
        default=None, description="certificates (PEM) that are trusted in place of the usual ones"
    )

    @field_validator("headers")
    @classmethod
    def _sendable(cls, headers: dict[str, Secret]) -> dict[str, Secret]:
        found: list[tuple[tuple[str | int, ...], str]] = []
        for name, value in headers.items():
            if not _TOKEN.fullmatch(name):
                found.append(((name,), "expected a name of letters, digits and -"))
            elif name.lower() in _OURS:
                found.append(((name,), "is taken: it is sent with a value of ours"))
            elif not value.text.isascii() or not value.text.isprintable():
                found.append(((name,), "expected a value of printable ASCII characters (what was found is not shown)"))
        refuse(found)
        return headers

    @field_validator("ca_file")
    @classmethod
    def _certificates(cls, path: Path | None) -> Path | None:
        if path is not None:
            try:
                ssl.create_default_context(cafile=str(path))
            except ssl.SSLError as error:
                raise ValueError(f"got {path.name!r}, expected certificates (PEM): {error.reason}") from error
        return path

    @model_validator(mode="after")
    def _agreeing(self) -> Self:
        refuse(((key,), text) for key, text in self._faults())
        return self

    def _faults(self) -> Iterator[tuple[str, str]]:
        for key in _KEPT:
            if getattr(self, f"{key}_text") and getattr(self, f"{key}_file"):
                yield key, f"goes not with `{key}_file`: one of them is enough"
        if self.username is None and (self.password_text or self.password_file):
            yield "username", "missing; a password needs one"
        if self.username is not None and ":" in self.username:
            yield "username", f"got {self.username!r}, expected a name without a colon"
        ways = [bool(self.bearer_text or self.bearer_file), self.username is not None,
                any(name.lower() == "authorization" for name in self.headers)]  # fmt: skip
        if sum(ways) > 1:
            yield "headers" if ways[2] else "username", "expected one of bearer, username and Authorization"
        try:
            self.key()
        except (OSError, ValueError) as error:
            yield "secret_file" if self.secret_file else "secret", str(error)

    def key(self) -> bytes | None:
        """Return what is signed with, read anew; None where nothing is signed.

        Raises:
            OSError: its file cannot be read any more.
            ValueError: it is no secret that can be signed with.
        """
        secret = held(self.secret_text, self.secret_file)
        return None if secret is None else key_of(secret.text)

    def sent(self) -> dict[str, str]:
        """Return the headers beside ours, with who we are; read anew.

        Raises:
            OSError: a file cannot be read any more.
            ValueError: nor is it text any more.
        """
        found = {name: value.text for name, value in self.headers.items()}
        if bearer := held(self.bearer_text, self.bearer_file):
            found["Authorization"] = f"Bearer {bearer.text}"
        elif self.username is not None:
            password = held(self.password_text, self.password_file)
            found["Authorization"] = basic(self.username, password.text if password else "")
        return found


def basic(username: str, password: str) -> str:
    """Write a name and a password as basic authentication does."""
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"

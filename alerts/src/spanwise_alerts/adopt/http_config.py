"""Alertmanager's `http_config` as our webhooks can honour it: who we are, headers, and whose certificates are good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, model_validator

from spanwise_alerts.adopt.refusing import Refusing
from spanwise_alerts.rule import refuse
from spanwise_alerts.secret import Secret, SecretText

_BEARER: Final = "bearer"


class Authorization(Refusing):
    """What stands in `Authorization`."""

    type: str = "Bearer"
    credentials: SecretText | None = None
    credentials_file: Path | None = None

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.credentials_file and self.type.lower() != _BEARER:
            refuse(
                [(("credentials_file",), f"goes with the type Bearer here, got {self.type!r}; expected credentials")]
            )
        if bool(self.credentials) == bool(self.credentials_file):
            refuse([(("credentials",), "expected either credentials or credentials_file")])
        return self


class BasicAuth(Refusing):
    """A name and a password."""

    username: str
    password: SecretText | None = None
    password_file: Path | None = None

    @classmethod
    def _anyway(cls) -> dict[str, tuple[Any, ...]]:
        return {"username_file": (), "username_ref": (), "password_ref": ()}


class Header(Refusing):
    """The value of one header."""

    values: list[SecretText] = Field(default_factory=list[Secret])
    secrets: list[SecretText] = Field(default_factory=list[Secret])

    @classmethod
    def _anyway(cls) -> dict[str, tuple[Any, ...]]:
        return {"files": ([],)}

    @model_validator(mode="after")
    def _single(self) -> Self:
        if len(self.values) + len(self.secrets) != 1:
            refuse([((), f"got {len(self.values) + len(self.secrets)} values, expected one")])
        return self

    @property
    def value(self) -> Secret:
        """The only one."""
        return [*self.values, *self.secrets][0]


class TlsConfig(Refusing):
    """How to know a receiver."""

    ca_file: Path | None = None

    @classmethod
    def _anyway(cls) -> dict[str, tuple[Any, ...]]:
        refused = ("ca", "ca_ref", "cert", "cert_file", "cert_ref", "key", "key_file", "key_ref", "server_name",
                   "min_version", "max_version")  # fmt: skip
        return {**dict.fromkeys(refused, ("",)), "insecure_skip_verify": (False,)}


class HttpConfig(Refusing):
    """How to call a receiver; redirects are never followed."""

    authorization: Authorization | None = None
    basic_auth: BasicAuth | None = None
    bearer_token: SecretText | None = None
    bearer_token_file: Path | None = None
    http_headers: dict[str, Header] = Field(default_factory=dict[str, Header])
    tls_config: TlsConfig | None = None

    @classmethod
    def _anyway(cls) -> dict[str, tuple[Any, ...]]:
        refused = ("oauth2", "proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header")
        return {**dict.fromkeys(refused, ()), "follow_redirects": (False,), "enable_http2": (True, False)}

    def said(self) -> dict[str, Any]:
        """Return the keys of a webhook of ours that say the same; secrets stay wrapped."""
        return dict(self._said())

    def _said(self) -> Iterator[tuple[str, Any]]:
        headers = {name: header.value for name, header in self.http_headers.items()}
        if (auth := self.authorization) is not None:
            if auth.type.lower() == _BEARER:
                yield from _either("bearer", auth.credentials, auth.credentials_file)
            elif auth.credentials is not None:
                headers["Authorization"] = Secret(f"{auth.type} {auth.credentials.text}")
        yield from _either("bearer", self.bearer_token, self.bearer_token_file)
        if (basic := self.basic_auth) is not None:
            yield "username", basic.username
            yield from _either("password", basic.password, basic.password_file)
        if headers:
            yield "headers", headers
        if self.tls_config is not None and self.tls_config.ca_file is not None:
            yield "ca_file", str(self.tls_config.ca_file)


def _either(key: str, text: Secret | None, file: Path | None) -> Iterator[tuple[str, Any]]:
    if text is not None:
        yield key, text
    if file is not None:
        yield f"{key}_file", str(file)

"""Tell by mail."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, cast

from pydantic import Field, ValidationInfo, field_validator

from spanwise_alerts.receivers.address import Address
from spanwise_alerts.receivers.way import Way
from spanwise_alerts.secret import Secret, SecretText

_PORT: Final = {"none": 25, "starttls": 587, "tls": 465}
_MAX_PORT: Final = 65535


class Email(Way):
    """Which server to hand mail to, and for whom."""

    to: list[Address] = Field(
        min_length=1, description="each gets a mail of its own", examples=[["oncall@example.com"]]
    )
    sender: Address = Field(alias="from", description="the sender", examples=["spanwise@example.com"])
    host: str = Field(min_length=1, description="the mail server", examples=["smtp.example.com"])
    tls: Literal["none", "starttls", "tls"] = Field(
        default="starttls", description="none, starttls or tls (default starttls)", examples=["starttls"]
    )
    port: int | None = Field(
        default=None, ge=1, le=_MAX_PORT, description="default 25, 587 or 465, as tls says", examples=[587]
    )
    username: str | None = Field(default=None, description="without it no log-in", examples=["spanwise"])
    password_file: Path | None = Field(
        default=None, description="read anew for each mail", examples=["/run/secrets/smtp"]
    )
    password_text: SecretText | None = Field(
        default=None, alias="password", description="the password itself, in place of password_file; shown as ***"
    )

    @property
    def ends(self) -> tuple[str, ...]:
        """The addresses."""
        return tuple(self.to)

    @property
    def smtp_port(self) -> int:
        """The port: as configured, else the usual one for `tls`."""
        return self.port or _PORT[self.tls]

    @field_validator("password_file")
    @classmethod
    def _readable(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if path is None:
            return None
        if info.data.get("username") is None:
            raise ValueError("goes with `username`")
        context = cast("dict[str, Path]", info.context or {})
        found = context.get("base", Path()) / path
        try:
            found.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"got {str(path)!r}, expected a file that can be read: {error}") from error
        return found

    @field_validator("password_text")
    @classmethod
    def _one_password(cls, password: Secret | None, info: ValidationInfo) -> Secret | None:
        if password is not None and (info.data.get("username") is None or info.data.get("password_file")):
            raise ValueError("goes with `username`, and not with `password_file`")
        return password

    def password(self) -> Secret | None:
        """Read the password anew, so that a changed one needs no restart.

        Raises:
            OSError: the file cannot be read any more.
        """
        file = self.password_file
        return Secret(file.read_text(encoding="utf-8").rstrip("\r\n")) if file else self.password_text

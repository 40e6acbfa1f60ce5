"""What a configuration holds and nobody is shown: passwords, and addresses with something secret in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import PlainSerializer, PlainValidator
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_POSTGRESQL: Final = frozenset({"postgresql", "postgres", "postgresql+psycopg"})


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A text that is shown as ***."""

    text: str

    def __repr__(self) -> str:
        return "***"


def url_of(raw: str) -> URL:
    """Read the address of a PostgreSQL, such as postgresql://user:password@host:5432/spanwise.

    Raises:
        ValueError: it is none; the message does not show it.
    """
    wrong = ValueError(
        "expected the address of a PostgreSQL such as postgresql://user@host/spanwise (what was found is not shown)"
    )
    try:
        url = make_url(raw)
    except (ArgumentError, ValueError) as error:
        raise wrong from error
    if url.drivername not in _POSTGRESQL or not url.database:
        raise wrong
    return url.set(drivername="postgresql+psycopg")


def _database(raw: object) -> Secret:
    url_of(str(raw))
    return Secret(str(raw))


def _url(raw: object) -> Secret:
    if not isinstance(raw, str) or not _is_link(raw):
        raise ValueError("expected a link such as https://hooks.example.com/alerts (what was found is not shown)")
    return Secret(raw)


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        # no address of version 6 in its brackets, or a port beyond 65535
        return False


def _text(raw: object) -> Secret:
    if not isinstance(raw, str) or not raw:
        raise ValueError("expected a text that is not empty (what was found is not shown)")
    return Secret(raw)


SecretText = Annotated[Secret, PlainValidator(_text), PlainSerializer(str)]
SecretUrl = Annotated[Secret, PlainValidator(_url), PlainSerializer(str)]
DatabaseUrl = Annotated[Secret, PlainValidator(_database), PlainSerializer(str)]

"""Links that act with one click: signed, each for one purpose, one firing and a few days."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Final, Literal

import msgspec

from spanwise_alerts.alert import Letter, Notice

Deed = Literal["acknowledge", "snooze"]

SNOOZED_S: Final = 7200.0
"""For how long a link snoozes."""

_VALID_S: Final = 7 * 86400.0
_NAMES: Final[dict[Deed, str]] = {"acknowledge": "Acknowledge", "snooze": "Snooze 2h"}
_PURPOSE: Final = b"spanwise alerts: links that act, 1"
_SIGNATURE_BYTES: Final = hashlib.sha256().digest_size
_MOST_CHARS: Final = 2000
_NO_GROUP: Final = frozenset({"overflow", "reminder"})
"""Reasons of messages about more than one group, or none."""


class LinkRefused(Exception):
    """A link that does not act; its text is for whoever followed it."""


class LinkExpired(LinkRefused):
    """A link that did act once, and is too old."""


class _Payload(msgspec.Struct, frozen=True, array_like=True):
    deed: Deed
    fingerprint: str
    group: str
    begun_by_ms: int
    expires_s: int
    who: str


@dataclass(frozen=True, slots=True)
class Link:
    """What a link does.

    Attributes:
        fingerprint: of the alert; empty where it is about a group.
        group: what `digest_of` makes of the key of the group; empty where it is about one alert.
        begun_by_s: it is about what had begun to fire by then (Unix time), not about a later firing.
        expires_s: Unix time.
        who: whom the message was for.
    """

    deed: Deed
    fingerprint: str
    group: str
    begun_by_s: float
    expires_s: float
    who: str


def digest_of(group_key: str) -> str:
    """Return a short name of a group."""
    return hashlib.sha256(group_key.encode()).hexdigest()[:32]


class SignedLinks:
    """Makes links to one address with one key, and reads them back."""

    def __init__(self, base_url: str, secret: bytes, whom: Mapping[str, str]) -> None:
        """Take `whom`: by the name of a receiver, who is told by it."""
        self._base_url = base_url.rstrip("/")
        # a key for this purpose only: the secret may serve others
        self._key = hmac.digest(secret, _PURPOSE, "sha256")
        self._whom = whom

    def dress(self, letter: Letter, now_s: float) -> Letter:
        """Add the links that act on the alerts of a letter that fire."""
        message = letter.message
        firing = [notice for notice in message.notices if notice.status == "firing"]
        if not firing or (len(firing) > 1 and message.reason in _NO_GROUP):
            return letter
        about = self._about(letter, firing, now_s)
        links = {name: self.url(replace(about, deed=deed)) for deed, name in _NAMES.items()}
        return replace(letter, actions={**letter.actions, **links})

    def url(self, link: Link) -> str:
        """Return the address of a link."""
        payload = _Payload(
            link.deed, link.fingerprint, link.group, ceil(link.begun_by_s * 1000), round(link.expires_s), link.who
        )
        body = msgspec.json.encode(payload)
        return f"{self._base_url}/act/{_text(hmac.digest(self._key, body, 'sha256') + body)}"

    def read(self, token: str, now_s: float) -> Link:
        """Return what a link does.

        Raises:
            LinkExpired: it is too old.
            LinkRefused: it is not one of ours, or not as it was made.
        """
        wrong = LinkRefused("This link is not complete, or it was not made here.")
        if len(token) > _MOST_CHARS:
            raise wrong
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError as error:
            raise wrong from error
        signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        # nothing of it is looked at before it is known to be ours; another spelling of the same bytes is not
        if not hmac.compare_digest(signature, hmac.digest(self._key, body, "sha256")) or _text(raw) != token:
            raise wrong
        try:
            payload = msgspec.json.decode(body, type=_Payload)
        except msgspec.MsgspecError as error:
            raise wrong from error
        if payload.expires_s <= now_s:
            raise LinkExpired("This link is too old.")
        return Link(
            payload.deed, payload.fingerprint, payload.group, payload.begun_by_ms / 1000, payload.expires_s, payload.who
        )

    def _about(self, letter: Letter, firing: list[Notice], now_s: float) -> Link:
        alone = len(firing) == 1
        begun_by_s = max(notice.starts_at_s for notice in firing)
        group = "" if alone else digest_of(letter.message.group_key)
        mark = firing[0].fingerprint if alone else ""
        return Link("acknowledge", mark, group, begun_by_s, now_s + _VALID_S, self._who(letter))

    def _who(self, letter: Letter) -> str:
        receiver = letter.message.receiver
        # a person, else the address of a mail, else all of the receiver
        address = letter.channel.rpartition("/")[2]
        return self._whom.get(receiver) or (address if "@" in address else receiver)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

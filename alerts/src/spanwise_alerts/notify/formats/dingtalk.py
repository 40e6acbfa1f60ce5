"""DingTalk: Markdown, by a custom robot, in a link that is signed where it asks for it.

Source: open.dingtalk.com, "Custom robot access"; codes of its answers as seen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.card import Card, fitted
from spanwise_alerts.notify.chat import Json, Post, wire
from spanwise_alerts.notify.formats.answers import coded
from spanwise_alerts.notify.formats.markdown import paragraphs
from spanwise_alerts.notify.http import Answer
from spanwise_alerts.notify.plain import look_alike
from spanwise_alerts.receivers.dingtalk import Dingtalk

_TEXT_CHARS: Final = 5000
_BODY_BYTES: Final = 18_000
# busy, and the ways in which it says that there is too much
_PASSING: Final = frozenset({-1, 130101, 302033, 410100, 90018, 90006})
# whoever told too much is not heard for ten minutes
_WAIT_S: Final = 60.0


class DingtalkFormat:
    """Texts of strangers have letters that look alike in place of Markdown's."""

    def __init__(self, config: Dingtalk, _external_url: str) -> None:
        self._config = config

    def post(self, letter: Letter, now_s: float) -> Post:
        """Write a letter."""
        secret = self._config.secret()
        link = self._config.link()
        return Post(_signed(link, secret, now_s) if secret else link, fitted(letter, body_of, _fits))

    def outcome(self, answer: Answer) -> Outcome:
        """Read the code: the status is 200 also where nothing was taken."""
        return coded(answer, ("errcode",), _PASSING, _WAIT_S)


def body_of(card: Card) -> Json:
    """Write a card; the title is what notifications show."""
    text = "\n\n".join([f"#### {look_alike(card.headline)}", *paragraphs(card)])
    return {
        "msgtype": "markdown", "markdown": {"title": look_alike(card.headline), "text": text},
        "at": {"atMobiles": [], "isAtAll": False},
    }  # fmt: skip


def _fits(body: Json) -> bool:
    return len(body["markdown"]["text"]) <= _TEXT_CHARS and len(wire(body)) <= _BODY_BYTES


def _signed(link: str, secret: str, now_s: float) -> str:
    moment = str(int(now_s * 1000))
    mac = hmac.digest(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256)
    parts = urlsplit(link)
    signature = [("timestamp", moment), ("sign", base64.b64encode(mac).decode())]
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *signature])))

"""Feishu (Lark): an interactive card, by a custom bot, signed where it asks for it.

Source: open.feishu.cn, "Custom bot usage guide"; codes of its answers as seen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import Final

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.card import Card, Link, Part, Tone, fitted
from spanwise_alerts.notify.chat import Json, Post, wire
from spanwise_alerts.notify.formats.answers import coded
from spanwise_alerts.notify.http import Answer
from spanwise_alerts.notify.plain import unlinked
from spanwise_alerts.receivers.feishu import Feishu

# 20 KB by the manual, the signature included
_BODY_BYTES: Final = 18_000
_TEMPLATES: Final[dict[Tone, str]] = {"info": "blue", "warning": "orange", "critical": "red", "over": "green"}
# trouble of its own, and the ways in which it says that there is too much
_PASSING: Final = frozenset({2200, 11232, 11233, 11247, 230020, 99991400})
# this code says both that it cannot be read and that there is too much of it
_EITHER: Final = 9499


class FeishuFormat:
    """Texts of strangers are plain text."""

    def __init__(self, config: Feishu, _external_url: str) -> None:
        self._config = config

    def post(self, letter: Letter, now_s: float) -> Post:
        """Write a letter."""
        body = fitted(letter, body_of, lambda body: len(wire(body)) <= _BODY_BYTES)
        secret = self._config.secret()
        return Post(self._config.link(), {**_signed(secret, now_s), **body} if secret else body)

    def outcome(self, answer: Answer) -> Outcome:
        """Read the code: the status is 200 also where nothing was taken."""
        passing = {*_PASSING, _EITHER} if "too many" in answer.text.lower() else _PASSING
        return coded(answer, ("code", "StatusCode"), passing)


def body_of(card: Card) -> Json:
    """Write a card."""
    shown = {
        "config": {"wide_screen_mode": True},
        "header": {"title": _plain(card.headline), "template": _TEMPLATES[card.tone]},
        "elements": [*_parts(card.parts), *_rest(card)],
    }
    return {"msg_type": "interactive", "card": shown}


def _parts(parts: Iterable[Part]) -> Iterator[Json]:
    for place, part in enumerate(parts):
        if place:
            yield {"tag": "hr"}
        for text in (part.title, part.text):
            if text:
                yield {"tag": "div", "text": _plain(text)}
        if part.facts:
            fields = [_plain(f"{fact.name}: {fact.value}") for fact in part.facts]
            yield {"tag": "div", "fields": [{"is_short": False, "text": field} for field in fields]}
        yield from _buttons(part.links)


def _rest(card: Card) -> Iterator[Json]:
    lines = [line for line in (*card.others, card.more) if line]
    if lines:
        yield {"tag": "hr"}
        yield {"tag": "div", "text": _plain("\n".join(lines))}
    yield from _buttons(card.actions)


def _buttons(links: Iterable[Link]) -> Iterator[Json]:
    actions = [{"tag": "button", "type": "default", "text": _plain(link.name), "url": link.url} for link in links]
    if actions:
        yield {"tag": "action", "actions": actions}


def _plain(text: str) -> Json:
    return {"tag": "plain_text", "content": unlinked(text)}


def _signed(secret: str, now_s: float) -> Json:
    moment = str(int(now_s))
    # it asks for nothing to be signed, with moment and secret as the key
    mac = hmac.digest(f"{moment}\n{secret}".encode(), b"", hashlib.sha256)
    return {"timestamp": moment, "sign": base64.b64encode(mac).decode()}

"""WeCom: Markdown, by a group robot.

Source: developer.work.weixin.qq.com, "Group robot configuration", "Global error codes".
"""

from __future__ import annotations

from typing import Final

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.card import Card, Tone, fitted
from spanwise_alerts.notify.chat import Json, Post
from spanwise_alerts.notify.formats.answers import coded
from spanwise_alerts.notify.formats.markdown import paragraphs
from spanwise_alerts.notify.http import Answer
from spanwise_alerts.notify.plain import look_alike, utf8_bytes
from spanwise_alerts.receivers.wecom import Wecom

_CONTENT_BYTES: Final = 4096
# it knows three colours: green, grey and orange
_COLOURS: Final[dict[Tone, str]] = {"info": "comment", "warning": "warning", "critical": "warning", "over": "info"}
# busy, too much in a minute, too much at once
_PASSING: Final = frozenset({-1, 45009, 45033})


class WecomFormat:
    """Texts of strangers have letters that look alike in place of Markdown's."""

    def __init__(self, config: Wecom, _external_url: str) -> None:
        self._config = config

    def post(self, letter: Letter, now_s: float) -> Post:
        """Write a letter."""
        del now_s
        return Post(self._config.link(), fitted(letter, body_of, _fits))

    def outcome(self, answer: Answer) -> Outcome:
        """Read the code: the status is 200 also where nothing was taken."""
        return coded(answer, ("errcode",), _PASSING)


def body_of(card: Card) -> Json:
    """Write a card."""
    head = f'<font color="{_COLOURS[card.tone]}">[{card.mark}]</font> **{look_alike(card.title)}**'
    return {"msgtype": "markdown", "markdown": {"content": "\n".join([head, *paragraphs(card)])}}


def _fits(body: Json) -> bool:
    return utf8_bytes(body["markdown"]["content"]) <= _CONTENT_BYTES

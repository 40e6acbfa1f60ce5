"""Telegram: a message of the Bot API in its HTML.

Source: core.telegram.org/bots/api, `sendMessage`, "HTML style", `ResponseParameters`.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.card import Card, Link, Part, fitted
from spanwise_alerts.notify.chat import Json, Post
from spanwise_alerts.notify.formats.answers import asked, said
from spanwise_alerts.notify.http import Answer, outcome_of
from spanwise_alerts.notify.plain import unlinked, utf16_units
from spanwise_alerts.receivers.telegram import Telegram

_MESSAGE_CHARS: Final = 4096


class TelegramFormat:
    """Texts of strangers are escaped, and what Telegram would make links of is broken."""

    def __init__(self, config: Telegram, _external_url: str) -> None:
        self._config = config

    def post(self, letter: Letter, now_s: float) -> Post:
        """Write a letter; the token is a part of the link."""
        del now_s
        config = self._config
        text = fitted(letter, text_of, lambda text: utf16_units(text) <= _MESSAGE_CHARS)
        body: Json = {
            "chat_id": config.chat_id, "text": text, "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "disable_notification": config.disable_notifications,
        }  # fmt: skip
        if config.message_thread_id is not None:
            body["message_thread_id"] = config.message_thread_id
        return Post(f"{config.api_url.rstrip('/')}/bot{config.bot_token()}/sendMessage", body)

    def outcome(self, answer: Answer) -> Outcome:
        """Read the status; where there was too much, the JSON says how long to wait."""
        parameters = said(answer).get("parameters")
        wait_s = cast("dict[str, Any]", parameters).get("retry_after") if isinstance(parameters, dict) else None
        return outcome_of(asked(answer, wait_s))


def text_of(card: Card) -> str:
    """Write a card."""
    return "\n\n".join(["\n".join(paragraph) for paragraph in _paragraphs(card)])


def _paragraphs(card: Card) -> Iterator[list[str]]:
    yield [f"<b>{_escaped(card.headline)}</b>"]
    for part in card.parts:
        lines = list(_lines(part))
        if lines:
            yield lines
    if lines := [_escaped(line) for line in (*card.others, card.more) if line]:
        yield lines
    if card.actions:
        yield [_links(card.actions)]


def _lines(part: Part) -> Iterator[str]:
    if part.title:
        yield f"<b>{_escaped(part.title)}</b>"
    if part.text:
        yield _escaped(part.text)
    for fact in part.facts:
        yield f"<b>{fact.name}</b>  {_escaped(fact.value)}"
    if part.links:
        yield _links(part.links)


def _links(links: Iterable[Link]) -> str:
    return " · ".join(f'<a href="{html.escape(link.url)}">{_escaped(link.name)}</a>' for link in links)


def _escaped(text: str) -> str:
    return html.escape(unlinked(text))

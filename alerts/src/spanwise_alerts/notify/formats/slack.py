"""Slack: Block Kit in an attachment with a colour, by an incoming webhook.

Source: docs.slack.dev, "Sending messages using incoming webhooks", "Block Kit", "Formatting message text".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.card import COLOURS, Card, Link, Part, fitted
from spanwise_alerts.notify.chat import Json, Post, wire
from spanwise_alerts.notify.http import Answer, outcome_of
from spanwise_alerts.notify.plain import cut, unlinked
from spanwise_alerts.receivers.slack import Slack

_HEADER_CHARS: Final = 150
_SECTION_CHARS: Final = 3000
_FIELDS: Final = 10
_BODY_BYTES: Final = 12_000


class SlackFormat:
    """Texts of strangers are plain text; Markdown has nothing in it but links of ours."""

    def __init__(self, config: Slack, _external_url: str) -> None:
        self._config = config

    def post(self, letter: Letter, now_s: float) -> Post:
        """Write a letter; incoming webhooks know no threads, those need a bot's token."""
        del now_s
        body = fitted(letter, body_of, lambda body: len(wire(body)) <= _BODY_BYTES)
        channel = self._config.channel
        return Post(self._config.link(), {**body, "channel": channel} if channel else body)

    def outcome(self, answer: Answer) -> Outcome:
        """Read the status: 400 `invalid_payload`, 403, 404 `no_service` and 410 are dead, 429 passes."""
        return outcome_of(answer)


def body_of(card: Card) -> Json:
    """Write a card; the text is what notifications show."""
    blocks = [*_parts(card.parts), *_rest(card)]
    shown = {"color": COLOURS[card.tone], "fallback": _escaped(card.headline), "blocks": blocks}
    return {
        "text": _escaped(card.headline), "mrkdwn": False, "link_names": False, "unfurl_links": False,
        "unfurl_media": False, "attachments": [shown] if blocks else [],
    }  # fmt: skip


def _parts(parts: Iterable[Part]) -> Iterator[Json]:
    for part in parts:
        if part.title:
            yield {"type": "header", "text": _plain(part.title, _HEADER_CHARS)}
        if part.text:
            yield {"type": "section", "text": _plain(part.text, _SECTION_CHARS)}
        for start in range(0, len(part.facts), _FIELDS):
            facts = part.facts[start : start + _FIELDS]
            yield {"type": "section", "fields": [_plain(f"{fact.name}\n{fact.value}", 2000) for fact in facts]}
        yield from _links(part.links)


def _rest(card: Card) -> Iterator[Json]:
    lines = [*card.others, card.more] if card.more else list(card.others)
    if lines:
        yield {"type": "section", "text": _plain("\n".join(lines), _SECTION_CHARS)}
    yield from _links(card.actions)


def _links(links: Iterable[Link]) -> Iterator[Json]:
    text = ""
    for link in links:
        more = f"<{link.url.replace('&', '&amp;')}|{_escaped(link.name)}>"
        if len(text) + len(more) + 3 <= _SECTION_CHARS:
            text = f"{text} · {more}" if text else more
    if text:
        yield {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _plain(text: str, most: int) -> Json:
    return {"type": "plain_text", "text": cut(unlinked(text), most), "emoji": False}


def _escaped(text: str) -> str:
    return unlinked(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

"""Microsoft Teams: an Adaptive Card in the envelope that the webhook of a workflow takes.

Source: learn.microsoft.com, "Microsoft Teams Webhook" connector; adaptivecards.io, schema 1.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.card import Card, Link, Part, Tone, fitted
from spanwise_alerts.notify.chat import Json, Post, wire
from spanwise_alerts.notify.http import Answer, outcome_of
from spanwise_alerts.notify.plain import unlinked
from spanwise_alerts.receivers.teams import Teams

# 28 KB by the manual; some tenants refuse from 21 KB on
_BODY_BYTES: Final = 20_000
_STYLES: Final[dict[Tone, str]] = {
    "info": "accent", "warning": "warning", "critical": "attention", "over": "good",
}  # fmt: skip
_BEHIND: Final = re.compile(r"returned HTTP error (\d{3})")
_TYPE: Final = "application/vnd.microsoft.card.adaptive"
_SCHEMA: Final = "http://adaptivecards.io/schemas/adaptive-card.json"


class TeamsFormat:
    """Texts of strangers are runs of rich text, which know no Markdown."""

    def __init__(self, config: Teams, _external_url: str) -> None:
        self._config = config

    def post(self, letter: Letter, now_s: float) -> Post:
        """Write a letter."""
        del now_s
        return Post(self._config.link(), fitted(letter, body_of, lambda body: len(wire(body)) <= _BODY_BYTES))

    def outcome(self, answer: Answer) -> Outcome:
        """Read the status; connectors of old answer 200 and name the status in the text."""
        if behind := _BEHIND.search(answer.text):
            return outcome_of(Answer(int(behind[1]), answer.text, answer.retry_after_s))
        return outcome_of(answer)


def body_of(card: Card) -> Json:
    """Write a card."""
    head: Json = {
        "type": "Container", "style": _STYLES[card.tone], "bleed": True,
        "items": [_rich(_run(card.headline, weight="Bolder", size="Medium"))],
    }  # fmt: skip
    content: Json = {
        "$schema": _SCHEMA, "type": "AdaptiveCard", "version": "1.5", "msteams": {"width": "Full"},
        "body": [head, *(_part(part) for part in card.parts), *_rest(card)],
        "actions": [{"type": "Action.OpenUrl", "title": link.name, "url": link.url} for link in card.actions],
    }  # fmt: skip
    return {"type": "message", "attachments": [{"contentType": _TYPE, "contentUrl": None, "content": content}]}


def _part(part: Part) -> Json:
    return {"type": "Container", "separator": True, "items": list(_items(part))}


def _items(part: Part) -> Iterator[Json]:
    if part.title:
        yield _rich(_run(part.title, weight="Bolder"))
    if part.text:
        yield _rich(_run(part.text))
    for fact in part.facts:
        yield _rich(_run(f"{fact.name}  ", weight="Bolder"), _run(fact.value))
    if part.links:
        yield _rich(*_links(part.links))


def _rest(card: Card) -> Iterator[Json]:
    lines = [*card.others, card.more] if card.more else list(card.others)
    if lines:
        yield {"type": "Container", "separator": True, "items": [_rich(_run(line)) for line in lines]}


def _links(links: Iterable[Link]) -> Iterator[Json]:
    for place, link in enumerate(links):
        if place:
            yield _run(" · ")
        yield _run(link.name, selectAction={"type": "Action.OpenUrl", "url": link.url})


def _rich(*runs: Json) -> Json:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, **more: object) -> Json:
    return {"type": "TextRun", "text": unlinked(text), **more}

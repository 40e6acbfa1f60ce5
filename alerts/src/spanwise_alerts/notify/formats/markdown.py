"""The Markdown that chats have in common which know no way to escape it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spanwise_alerts.notify.card import Card, Link
from spanwise_alerts.notify.plain import look_alike


def paragraphs(card: Card) -> Iterator[str]:
    """Write all of a card but its headline; letters that look alike stand in the texts of strangers."""
    for part in card.parts:
        if part.title:
            yield f"**{look_alike(part.title)}**"
        if part.text:
            yield look_alike(part.text)
        for fact in part.facts:
            yield f"**{fact.name}** {look_alike(fact.value)}"
        if part.links:
            yield _links(part.links)
    yield from (look_alike(line) for line in card.others)
    if card.more:
        yield card.more
    if card.actions:
        yield _links(card.actions)


def _links(links: Iterable[Link]) -> str:
    return " · ".join(f"[{look_alike(link.name)}]({link.url})" for link in links)

"""A card as names and values, for services that hold incidents."""

from __future__ import annotations

from typing import Final

from spanwise_alerts.notify.card import Card

_MOST_LINKS: Final = 12


def details_of(card: Card) -> dict[str, str]:
    """Return what a card says by name; of several alerts each name begins with its place."""
    found: dict[str, str] = {}
    for place, part in enumerate(card.parts, 1):
        before = f"{place} " if len(card.parts) > 1 else ""
        facts = [("Alert", part.title), ("Description", part.text), *((fact.name, fact.value) for fact in part.facts)]
        found |= {f"{before}{name}": value for name, value in facts if value}
    if others := [line for line in (*card.others, card.more) if line]:
        found["Also"] = "\n".join(others)
    return found


def links_of(card: Card) -> list[dict[str, str]]:
    """Return its links, each address once: what a person can do comes first."""
    named = {link.url: link.name for part in card.parts for link in part.links}
    first = {link.url: link.name for link in card.actions}
    return [{"href": url, "text": name} for url, name in {**first, **named}.items()][:_MOST_LINKS]

"""Discord: embeds with a colour, by a webhook.

Source: discord.com/developers/docs, "Execute Webhook", "Embed Limits", "Rate Limits".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.card import COLOURS, Card, Link, Part, fitted
from spanwise_alerts.notify.chat import Json, Post
from spanwise_alerts.notify.formats.answers import asked, said
from spanwise_alerts.notify.http import Answer, outcome_of
from spanwise_alerts.notify.plain import cut, utf16_units
from spanwise_alerts.receivers.discord import Discord

_ALL_CHARS: Final = 6000
_TITLE_CHARS: Final = 256
_VALUE_CHARS: Final = 1024
_DESCRIPTION_CHARS: Final = 4096
_FIELDS: Final = 25
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")


class DiscordFormat:
    """Texts of strangers have each mark of punctuation escaped; nobody is mentioned."""

    def __init__(self, config: Discord, _external_url: str) -> None:
        self._config = config

    def post(self, letter: Letter, now_s: float) -> Post:
        """Write a letter; with `wait` the answer says whether it was taken."""
        del now_s
        parts = urlsplit(self._config.link())
        query = urlencode([*parse_qsl(parts.query), ("wait", "true")])
        return Post(urlunsplit(parts._replace(query=query)), fitted(letter, body_of, _fits))

    def outcome(self, answer: Answer) -> Outcome:
        """Read the status; where there was too much, the JSON says how long to wait."""
        return outcome_of(asked(answer, said(answer).get("retry_after")))


def body_of(card: Card) -> Json:
    """Write a card: its title and its first alert in one embed, each other alert in one of its own."""
    first, *others = card.parts or (Part("", card.tone, "", (), ()),)
    embeds = [
        _embed(first, _escaped(card.headline, _TITLE_CHARS), first.title),
        *(_embed(part, _escaped(part.title, _TITLE_CHARS)) for part in others),
    ]
    embeds[0]["color"] = _colour(COLOURS[card.tone])
    rest = list(_rest(card))
    if rest:
        embeds[-1].setdefault("fields", []).extend(rest)
    return {"embeds": embeds, "allowed_mentions": {"parse": []}}


def _embed(part: Part, title: str, subtitle: str = "") -> Json:
    embed: Json = {"title": title, "color": _colour(COLOURS[part.tone])}
    lines = [_escaped(subtitle, _VALUE_CHARS), _escaped(part.text, _DESCRIPTION_CHARS // 2)]
    if text := "\n".join(line for line in lines if line):
        embed["description"] = text
    fields = [_field(fact.name, _escaped(fact.value, _VALUE_CHARS)) for fact in part.facts]
    if links := _links(part.links):
        fields.append(_field("Links", links))
    return {**embed, "fields": fields} if fields else embed


def _rest(card: Card) -> Iterator[Json]:
    lines = [*card.others, card.more] if card.more else list(card.others)
    for start in range(0, len(lines), 4):
        yield _field("Also", "\n".join(_escaped(line, _VALUE_CHARS // 4 - 1) for line in lines[start : start + 4]))
    if links := _links(card.actions):
        yield _field("Do", links)


def _field(name: str, value: str) -> Json:
    return {"name": name, "value": value, "inline": False}


def _links(links: Iterable[Link]) -> str:
    text = ""
    for link in links:
        more = f"[{link.name}]({link.url})"
        if len(text) + len(more) + 3 <= _VALUE_CHARS:
            text = f"{text} · {more}" if text else more
    return text


def _escaped(text: str, most: int) -> str:
    return _PUNCTUATION.sub(r"\\\1", cut(text, most, lambda part: utf16_units(_PUNCTUATION.sub("..", part))))


def _colour(shown: str) -> int:
    return int(shown.removeprefix("#"), 16)


def _fits(body: Json) -> bool:
    fields = [field for embed in body["embeds"] for field in embed.get("fields", ())]
    texts = [embed.get(key, "") for embed in body["embeds"] for key in ("title", "description")]
    texts += [field[key] for field in fields for key in ("name", "value")]
    most = max(len(embed.get("fields", ())) for embed in body["embeds"])
    return sum(map(utf16_units, texts)) <= _ALL_CHARS and most <= _FIELDS

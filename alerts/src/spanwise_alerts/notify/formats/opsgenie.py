"""Opsgenie: alerts of its Alert API, one for each thread of a group. Atlassian ends it in April 2027.

Source: docs.opsgenie.com, "Alert API"; support.atlassian.com, "Opsgenie end of support".
"""

from __future__ import annotations

from typing import Final

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.card import Card, fitted
from spanwise_alerts.notify.chat import Json, Post
from spanwise_alerts.notify.formats.details import details_of, links_of
from spanwise_alerts.notify.http import Answer, outcome_of
from spanwise_alerts.notify.plain import cut, look_alike, plain
from spanwise_alerts.receivers.opsgenie import Opsgenie
from spanwise_alerts.rule import TierName

_MESSAGE_CHARS: Final = 130
_DESCRIPTION_CHARS: Final = 15_000
_DETAILS_CHARS: Final = 8000
_NOTE_CHARS: Final = 1000
_PRIORITIES: Final[dict[TierName, str]] = {"info": "P5", "warning": "P3", "critical": "P1"}


class OpsgenieFormat:
    """Texts of strangers are values of JSON, without letters that HTML is made of."""

    def __init__(self, config: Opsgenie, _external_url: str) -> None:
        self._config = config

    def post(self, letter: Letter, now_s: float) -> Post:
        """Write a letter; what it is about is the alert that the first letter of its thread made."""
        del now_s
        alerts = f"{self._config.api_url.rstrip('/')}/v2/alerts"
        headers = {"Authorization": f"GenieKey {self._config.api_key()}"}
        alias = letter.first_key
        if letter.message.status == "resolved":
            return Post(f"{alerts}/{alias}/close?identifierType=alias", {"source": "Spanwise"}, headers)
        if letter.message.reason == "acknowledged":
            note = plain(letter.message.summary, _NOTE_CHARS)
            body = {"source": "Spanwise", "note": look_alike(note)}
            return Post(f"{alerts}/{alias}/acknowledge?identifierType=alias", body, headers)
        made: Json = {
            "alias": alias, "source": "Spanwise", "priority": _PRIORITIES[letter.message.tier],
            "tags": [letter.message.tier],
        }  # fmt: skip
        if self._config.responders:
            made["responders"] = [{"type": one.type, **dict(one.said())} for one in self._config.responders]
        return Post(alerts, fitted(letter, lambda card: {**made, **_shown(card)}, _fits), headers)

    def outcome(self, answer: Answer) -> Outcome:
        """Read the status: 401, 403 and 422 are dead, 429 passes."""
        return outcome_of(answer)


def _shown(card: Card) -> Json:
    details = {name: look_alike(value) for name, value in details_of(card).items()}
    links = [f"{link['text']}: {link['href']}" for link in links_of(card)]
    lines = [look_alike(card.title), *(f"{name}: {value}" for name, value in details.items()), *links]
    return {"message": cut(look_alike(card.title), _MESSAGE_CHARS), "description": "\n".join(lines), "details": details}


def _fits(body: Json) -> bool:
    details = sum(len(name) + len(value) for name, value in body["details"].items())
    return len(body["description"]) <= _DESCRIPTION_CHARS and details <= _DETAILS_CHARS

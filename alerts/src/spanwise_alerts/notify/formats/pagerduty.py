"""PagerDuty: events of the Events API v2, an incident for each thread of a group.

Source: developer.pagerduty.com, "Events API v2 Overview", "Send an Alert Event".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.notify.card import Card, fitted
from spanwise_alerts.notify.chat import Json, Post, wire
from spanwise_alerts.notify.formats.details import details_of, links_of
from spanwise_alerts.notify.http import Answer, outcome_of
from spanwise_alerts.notify.plain import plain, safe_link
from spanwise_alerts.receivers.pagerduty import Pagerduty

_BODY_BYTES: Final = 512 * 1024
_SUMMARY_CHARS: Final = 1024
_NAME_CHARS: Final = 255


class PagerdutyFormat:
    """Texts of strangers are plain values of JSON."""

    def __init__(self, config: Pagerduty, external_url: str) -> None:
        self._config = config
        self._external_url = external_url

    def post(self, letter: Letter, now_s: float) -> Post:
        """Write a letter; what it is about is the incident that the first letter of its thread opened."""
        del now_s
        event: Json = {"routing_key": self._config.routing_key(), "dedup_key": letter.first_key}
        if letter.message.status == "resolved":
            return Post(self._config.url, {**event, "event_action": "resolve"})
        if letter.message.reason == "acknowledged":
            return Post(self._config.url, {**event, "event_action": "acknowledge"})
        event |= {"event_action": "trigger", "client": "Spanwise"}
        if link := safe_link(self._external_url):
            event["client_url"] = link

        def build(card: Card) -> Json:
            return {**event, "payload": _payload(letter, card), "links": links_of(card)}

        return Post(self._config.url, fitted(letter, build, lambda body: len(wire(body)) <= _BODY_BYTES))

    def outcome(self, answer: Answer) -> Outcome:
        """Read the status: 400 is dead, 429 passes."""
        return outcome_of(answer)


def _payload(letter: Letter, card: Card) -> Json:
    gravest = letter.message.notices[0]
    group = ", ".join(f"{name}={value}" for name, value in letter.message.group_labels.items())
    begun = datetime.fromtimestamp(gravest.starts_at_s, UTC).isoformat(timespec="milliseconds")
    payload = {
        "summary": plain(card.title, _SUMMARY_CHARS), "source": "Spanwise", "severity": letter.message.tier,
        "timestamp": begun, "class": plain(gravest.rule, _NAME_CHARS), "group": plain(group, _NAME_CHARS),
    }  # fmt: skip
    return {**{name: value for name, value in payload.items() if value}, "custom_details": details_of(card)}

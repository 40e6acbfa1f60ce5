from __future__ import annotations

import pytest

from spanwise_alerts.notify.card import Link, card_of
from spanwise_alerts.notify.formats.slack import body_of
from spanwise_alerts.notify.http import Answer
from tests.alerts.notify.formats.cases import cases, format_of, slow, told


@pytest.mark.parametrize(
    ("status", "text", "wanted"),
    [
        (200, "ok", "delivered"), (400, "invalid_payload", "dead"), (403, "action_prohibited", "dead"),
        (404, "no_service", "dead"), (410, "channel_is_archived", "dead"), (429, "rate_limited", "retry"),
        (500, "rollup_error", "retry"),
    ],
)  # fmt: skip
def test_answers_are_read_as_slack_means_them(status: int, text: str, wanted: str):
    assert format_of("slack").outcome(Answer(status, text)).kind == wanted


def test_the_colour_is_that_of_what_happened():
    colours = {
        name: body_of(card_of(cases()[name]))["attachments"][0]["color"] for name in ("fired", "digest", "resolved")
    }
    assert colours == {"fired": "#dc2626", "digest": "#d97706", "resolved": "#16a34a"}


def test_what_slack_reads_as_markup_is_escaped_in_the_text_of_notifications():
    body = body_of(card_of(told(slow(summary="<!channel> a & b"))))
    assert body["text"] == "[FIRING:critical] &lt;!channel&gt; a &amp; b"


def test_links_that_would_be_too_much_are_left_out():
    letter = told(slow(), actions={f"Do {place}": f"https://example.com/{'a' * 1900}" for place in range(3)})
    blocks = body_of(card_of(letter))["attachments"][0]["blocks"]
    assert blocks[-1]["text"]["text"] == f"<https://example.com/{'a' * 1900}|Do 0>"


def test_a_link_can_have_several_parameters():
    card = card_of(told(slow(runbook="https://example.com/?a=1&b=2")))
    assert card.parts[0].links[0] == Link("Runbook", "https://example.com/?a=1&b=2")
    assert "<https://example.com/?a=1&amp;b=2|Runbook>" in str(body_of(card))

from __future__ import annotations

import pytest

from spanwise_alerts.notify.card import card_of
from spanwise_alerts.notify.formats.teams import body_of
from spanwise_alerts.notify.http import Answer
from tests.alerts.notify.formats.cases import cases, format_of


@pytest.mark.parametrize(
    ("status", "text", "wanted"),
    [
        (202, "", "delivered"), (200, "1", "delivered"), (400, "TriggerInputSchemaMismatch", "dead"),
        (401, "DirectApiAuthorizationRequired", "dead"), (404, "WorkflowNotFound", "dead"), (429, "", "retry"),
        (502, "NoResponse", "retry"),
        (200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429.", "retry"),
        (200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413.", "dead"),
    ],
)  # fmt: skip
def test_answers_are_read_as_teams_means_them(status: int, text: str, wanted: str):
    assert format_of("teams").outcome(Answer(status, text)).kind == wanted


def test_what_can_be_done_are_buttons_and_the_head_has_the_colour():
    content = body_of(card_of(cases()["fired"]))["attachments"][0]["content"]
    assert [action["title"] for action in content["actions"]] == ["Acknowledge", "Silence 2h"]
    assert content["body"][0]["style"] == "attention"

from __future__ import annotations

import pytest

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.card import card_of
from spanwise_alerts.notify.formats.discord import body_of
from spanwise_alerts.notify.http import Answer
from tests.alerts.notify.formats.cases import NOW_S, cases, format_of, slow, told


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (Answer(200, '{"id": "1"}'), Outcome("delivered")),
        (Answer(429, '{"retry_after": 64.5}', 3.0), Outcome("retry", 'answered 429: {"retry_after": 64.5}', 64.5)),
        (Answer(429, '{"retry_after": "x"}', 3.0), Outcome("retry", 'answered 429: {"retry_after": "x"}', 3.0)),
        (Answer(404, '{"code": 10015}'), Outcome("dead", 'answered 404: {"code": 10015}')),
        (Answer(400, '{"code": 50035}'), Outcome("dead", 'answered 400: {"code": 50035}')),
    ],
)
def test_answers_are_read_as_discord_means_them(answer: Answer, wanted: Outcome):
    assert format_of("discord").outcome(answer) == wanted


def test_it_is_asked_to_say_whether_it_took_it_and_the_thread_stays():
    url = format_of("discord").post(cases()["fired"], NOW_S).url
    assert url == "https://discord.com/api/webhooks/1/secret?thread_id=7&wait=true"


def test_nobody_is_mentioned_and_marks_are_escaped():
    body = body_of(card_of(told(slow(summary="@everyone **x** `y`"))))
    assert body["allowed_mentions"] == {"parse": []}
    assert body["embeds"][0]["title"] == r"\[FIRING\:critical\] \@everyone \*\*x\*\* \`y\`"


def test_each_alert_has_an_embed_of_its_colour():
    embeds = body_of(card_of(cases()["several"]))["embeds"]
    assert [embed["color"] for embed in embeds] == [0xDC2626, 0xD97706, 0xD97706, 0x16A34A]

from __future__ import annotations

import pytest

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.card import card_of
from spanwise_alerts.notify.formats.telegram import text_of
from spanwise_alerts.notify.http import Answer
from tests.alerts.notify.formats.cases import NOW_S, cases, format_of, slow, told

TOO_MUCH = '{"ok":false,"error_code":429,"parameters":{"retry_after":35}}'


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (Answer(200, '{"ok":true}'), Outcome("delivered")),
        (Answer(429, TOO_MUCH), Outcome("retry", f"answered 429: {TOO_MUCH}", 35.0)),
        (Answer(429, '{"parameters":[]}'), Outcome("retry", 'answered 429: {"parameters":[]}')),
        (Answer(400, "chat not found"), Outcome("dead", "answered 400: chat not found")),
        (Answer(403, "bot was kicked"), Outcome("dead", "answered 403: bot was kicked")),
    ],
)
def test_answers_are_read_as_telegram_means_them(answer: Answer, wanted: Outcome):
    assert format_of("telegram").outcome(answer) == wanted


def test_the_topic_is_named_only_where_there_is_one():
    assert format_of("telegram").post(cases()["fired"], NOW_S).body["message_thread_id"] == 42
    assert "message_thread_id" not in format_of("telegram", message_thread_id=None).post(cases()["fired"], NOW_S).body


def test_a_sound_can_be_left_out():
    body = format_of("telegram", disable_notifications=True).post(cases()["fired"], NOW_S).body
    assert body["disable_notification"] is True


def test_html_of_strangers_is_text():
    assert text_of(card_of(told(slow(summary="<b>x</b> & y")))).startswith(
        "<b>[FIRING:critical] &lt;b&gt;x&lt;/b&gt; &amp; y</b>"
    )

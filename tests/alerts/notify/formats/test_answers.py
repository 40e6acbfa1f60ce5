from __future__ import annotations

import pytest

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.formats.answers import asked, coded, said
from spanwise_alerts.notify.http import Answer


@pytest.mark.parametrize(
    ("text", "wanted"), [('{"a": 1}', {"a": 1}), ("[1]", {}), ("ok", {}), ("", {}), ('{"a": 1', {})]
)
def test_an_answer_without_an_object_says_nothing(text: str, wanted: dict[str, int]):
    assert said(Answer(200, text)) == wanted


@pytest.mark.parametrize(
    ("wait_s", "wanted"), [(9, 9.0), (2.5, 5.0), (None, 5.0), ("9", 5.0), (True, 5.0), (1e9, 3600.0), (-1, 5.0)]
)
def test_the_longer_wait_counts_and_is_an_hour_at_most(wait_s: object, wanted: float):
    assert asked(Answer(429, "", 5.0), wait_s).retry_after_s == wanted


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (Answer(200, '{"errcode": 0}'), Outcome("delivered")),
        (Answer(200, '{"code": 0}'), Outcome("delivered")),
        (Answer(200, '{"errcode": 7}'), Outcome("retry", 'answered 200: {"errcode": 7}', 5.0)),
        (Answer(200, '{"errcode": 8}'), Outcome("dead", 'answered 200: {"errcode": 8}')),
        (Answer(200, '{"errcode": "0"}'), Outcome("dead", 'answered 200: {"errcode": "0"}')),
        (Answer(200, ""), Outcome("retry", "answered 200 without a word")),
        (Answer(500, '{"errcode": 0}'), Outcome("retry", 'answered 500: {"errcode": 0}')),
    ],
)
def test_a_code_is_read_where_the_status_tells_nothing(answer: Answer, wanted: Outcome):
    assert coded(answer, ("errcode", "code"), {7}, 5.0) == wanted

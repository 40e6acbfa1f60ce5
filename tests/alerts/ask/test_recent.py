from __future__ import annotations

from spanwise_alerts.ask.recent import Recent
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import NOTHING, Question

ALWAYS = Question("llm.calls", "count")
SELDOM = Question("llm.calls", "count", ago_s=60.0, fresh_s=10.0)


def test_an_answer_is_used_again_while_it_is_fresh():
    recent = Recent()
    assert recent.missing([ALWAYS, SELDOM, SELDOM], 0.0) == [ALWAYS, SELDOM]
    recent.keep([ALWAYS, SELDOM], [NOTHING, NOTHING], 0.0)
    assert recent.missing([ALWAYS, SELDOM], 9.0) == [ALWAYS]
    assert recent.answers == {SELDOM: NOTHING}
    assert recent.missing([ALWAYS, SELDOM], 10.0) == [ALWAYS, SELDOM]


def test_an_answer_that_failed_is_asked_for_again():
    recent = Recent()
    recent.keep([SELDOM], [AskError("no")], 0.0)
    assert recent.missing([SELDOM], 1.0) == [SELDOM]


def test_answers_that_nobody_wants_any_more_are_let_go():
    recent = Recent()
    recent.keep([SELDOM], [NOTHING], 0.0)
    assert recent.missing([], 11.0) == []
    assert recent.answers == {}


def test_a_clock_that_went_back_makes_answers_old():
    recent = Recent()
    recent.keep([SELDOM], [NOTHING], 100.0)
    assert recent.missing([SELDOM], 50.0) == [SELDOM]

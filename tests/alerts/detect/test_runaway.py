from __future__ import annotations

from typing import Any

import pytest

from spanwise_alerts.detect.evaluate import questions
from spanwise_alerts.notice import notice_of
from spanwise_alerts.question import Answer, Table
from spanwise_alerts.rules.kinds import rule_of
from tests.alerts.answers import Judged

TOLD: dict[str, Any] = {
    "trace_id": "ab" * 16, "span_id": "cd" * 8, "status": "running", "sign": "repeats", "value": 6.0,
    "cycle": ["search"], "repetitions": 6, "error": None, "since": 1_790_000_000.0, "tokens": 9_000, "cost_usd": 0.9,
    "tokens_since": 6_000, "cost_usd_since": 0.6, "tokens_per_hour": 600_000, "cost_usd_per_hour": 60.0,
}  # fmt: skip
RUN = (("agent", "researcher"), ("run", "ab" * 16))


def an_answer(**changes):
    told = {**TOLD, **changes}
    return Answer(Table([RUN]), [told["cost_usd_since"]], [told["repetitions"] or 1], details=[told])


NOTHING = Answer(Table([]), [], [])


def said(**changes):
    """The summary of the alert."""
    judged = Judged(rule_of({"name": "loops", "kind": "runaway", "by": ["agent", "run"]}))
    judged.at(0, an_answer(**changes))
    moved = judged.moved[RUN]
    return notice_of(judged.rule, moved.alert, moved.reading, None, dict(RUN), "mark", "").summary


def test_the_question_has_all_bounds_and_filters():
    rule = rule_of({"name": "loops", "kind": "runaway", "where": {"agent": "a"}, "repeats": 7, "cycle": 2, "depth": 5})
    (asked,) = questions(rule, 0.0)
    assert dict(asked.runaway) == {"cycle": 2, "repeats": 7, "same_error": 8, "cost_per_minute": 10, "depth": 5}
    assert asked.where == (("agent", "a"),)
    assert asked.by == ("service", "agent", "run")


def test_a_run_alerts_while_it_is_named_and_its_tier_grows_with_what_was_burnt():
    tiers = {"warning": {}, "critical": {"burnt": "$1"}}
    judged = Judged(rule_of({"name": "loops", "kind": "runaway", "tiers": tiers}))
    alert = {"": "warning"}
    assert judged.at(0, an_answer()) == alert
    assert judged.at(1, an_answer(cost_usd_since=1.0)) == {"": "critical"}
    assert judged.at(2, an_answer(cost_usd_since=0.9)) == {"": "critical"}
    assert judged.at(3, NOTHING) == {}


def test_a_run_whose_price_is_not_known_alerts_too():
    assert said(cost_usd_since=None, cost_usd_per_hour=None) == (
        "researcher called search 6 times in a row with equal arguments: 6,000 tokens burnt, 600,000 tokens an hour"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "called search 6 times in a row with equal arguments: $0.60 burnt, $60.00 an hour"),
        ({"cycle": ["a", "b + c"]}, "went round a → b + c 6 times"),
        ({"sign": "same_error", "error": "Timeout", "cycle": ["fetch"]}, "met Timeout of fetch 6 times in a row"),
        ({"sign": "no_progress"}, "got the same from search 6 times in a row"),
        ({"sign": "cost_per_minute", "value": 12.5, "repetitions": None}, "spends $12.50 a minute"),
        ({"sign": "tokens_per_minute", "value": 90_000.0, "repetitions": None}, "uses 90,000 tokens a minute"),
        ({"sign": "context_growth", "value": 32.4, "repetitions": None}, "has 32.4 times the context"),
        ({"sign": "depth", "value": 7.0, "repetitions": None}, "is 7 agents deep"),
        ({"sign": "fan_out", "value": 60.0, "repetitions": None}, "runs 60 agents below it"),
        ({"sign": "later", "value": 3.0, "repetitions": None}, "shows later 3"),
    ],
)
def test_what_it_does_is_said_in_a_few_words(changes, words):
    assert words in said(**changes)


def test_sentences_may_name_the_loop_and_the_money():
    text = "{{ cycle }}|{{ repetitions }}|{{ burnt }}|{{ spent }}|{{ tokens }}|{{ projected }}|{{ since }}|{{ sign }}"
    rule = rule_of({"name": "loops", "kind": "runaway", "by": ["agent", "run"], "summary": text})
    judged = Judged(rule)
    judged.at(0, an_answer())
    moved = judged.moved[RUN]
    summary = notice_of(rule, moved.alert, moved.reading, None, dict(RUN), "mark", "").summary
    assert summary == "search|6|$0.60|$0.90|6,000 tokens|$60.00|2026-09-21 14:13:20 UTC|repeats"

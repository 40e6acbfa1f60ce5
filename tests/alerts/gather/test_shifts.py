from __future__ import annotations

import pytest

from spanwise_alerts.evidence import Shift
from spanwise_alerts.gather.shifts import shift_questions, shifts
from tests.alerts.gather.asked import answer, notice, subject, whole

RATE, ERRORS, INPUT = ("llm.calls", "rate"), ("llm.errors", "ratio"), ("llm.tokens.input", "mean")


def changed(name, before, now, count=50):
    return shifts(subject(), {(*name, True): whole(before, count), (*name, False): whole(now, count)})


def test_each_number_is_asked_of_the_window_and_of_the_one_before_the_trouble():
    asked = shift_questions(subject(where={"environment": "prod"}))
    now, before = asked["llm.errors", "ratio", False], asked["llm.errors", "ratio", True]
    assert (now.window_s, now.ago_s) == (300.0, 0.0)
    assert (before.window_s, before.ago_s) == (300.0, 420.0)
    assert dict(now.where) == {"environment": "prod", "model": "gpt-4o"}


def test_the_alerts_own_number_is_not_asked_again_and_models_only_where_they_may_differ():
    asked = shift_questions(subject())
    assert ("llm.duration", "p95", False) not in asked
    assert ("llm.calls", "model", False) not in asked
    by_agent = subject(notice(labels={"alertname": "x", "agent": "a"}), by=["agent"])
    assert shift_questions(by_agent)["llm.calls", "model", False].by == ("model",)


def test_a_run_is_compared_by_its_own_numbers_and_by_those_of_its_models():
    asked = shift_questions(
        subject(notice(labels={"alertname": "x", "agent": "a"}), measure="run.duration", by=["agent"])
    )
    assert {"run.steps", "run.errors", "llm.tokens.input"} <= {measure for measure, _, _ in asked}
    asked = shift_questions(
        subject(notice(labels={"alertname": "x", "tool": "t"}), measure="tool.duration", by=["tool"])
    )
    assert {measure for measure, _, _ in asked} == {"tool.calls", "tool.errors"}


@pytest.mark.parametrize(
    ("name", "before", "now", "wanted"),
    [
        (RATE, 1.0, 3.0, Shift("model calls a minute", "60", "180")),
        (RATE, 1.0, 1.1, None),
        (RATE, None, 2.0, Shift("model calls a minute", "0", "120")),
        (ERRORS, 0.0, 0.03, Shift("share of model calls that failed", "0 %", "3 %")),
        (ERRORS, 0.58, 0.60, None),
        (ERRORS, 0.0, 0.01, None),
        (INPUT, 1000.0, 3000.0, Shift("input tokens of a call", "1,000", "3,000")),
        (INPUT, None, 3000.0, None),
    ],
)
def test_only_what_changed_notably_is_told(name, before, now, wanted):
    assert [shift for _, shift in changed(name, before, now)] == ([wanted] if wanted else [])


def test_a_handful_of_calls_proves_nothing():
    assert changed(INPUT, 1000.0, 3000.0, count=4) == []


def test_the_cache_is_told_as_a_share_of_all_input():
    answers = {
        ("llm.tokens.cache_read", "sum", True): whole(600.0), ("llm.tokens.input", "sum", True): whole(1000.0),
        ("llm.tokens.cache_read", "sum", False): whole(None, 0), ("llm.tokens.input", "sum", False): whole(1000.0),
    }  # fmt: skip
    ((_, shift),) = shifts(subject(), answers)
    assert shift == Shift("input read from the cache", "60 %", "0 %")


def test_other_models_are_told_by_their_shares():
    of = subject(notice(labels={"alertname": "x", "agent": "a"}), by=["agent"])
    before, now = answer("model", {"gpt-4o": (20, 20)}), answer("model", {"gpt-4o": (5, 5), "gpt-4o-mini": (15, 15)})
    ((_, shift),) = shifts(of, {("llm.calls", "model", True): before, ("llm.calls", "model", False): now})
    assert shift == Shift("models called", "gpt-4o", "gpt-4o-mini 75 %, gpt-4o 25 %")
    same = {("llm.calls", "model", True): before, ("llm.calls", "model", False): before}
    assert shifts(of, same) == []


def test_the_greatest_change_says_most():
    answers = {
        (*RATE, True): whole(1.0), (*RATE, False): whole(1.3), (*INPUT, True): whole(1000.0),
        (*INPUT, False): whole(9000.0),
    }  # fmt: skip
    ranked = sorted(shifts(subject(), answers), key=lambda each: -each[0])
    assert ranked[0][1].what == "input tokens of a call"

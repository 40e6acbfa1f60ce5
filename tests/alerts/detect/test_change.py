from __future__ import annotations

from typing import Any

import pytest

from spanwise_alerts.detect.change import questions
from spanwise_alerts.rules.change import Change
from tests.alerts.answers import Judged, an_answer


def a_change(**more: Any) -> Change:
    return Change.model_validate({
        "name": "r", "kind": "change", "measure": "llm.duration", "stat": "p95", "by": ["model"], "window": "10m",
        "tiers": {"warning": {"above": "50%"}}, **more,
    })  # fmt: skip


@pytest.mark.parametrize(("against", "ago_s"), [("previous", 600), ("1h", 3600), ("1d", 86400), ("1w", 604800)])
def test_the_earlier_window_is_asked_for_less_often_the_longer_it_is_ago(against: str, ago_s: float):
    now, before = questions(a_change(against=against), 0.0)
    assert (now.ago_s, now.fresh_s, before.ago_s) == (0.0, 0.0, ago_s)
    assert 0 < before.fresh_s <= 300


def test_a_share_of_the_earlier_value_is_a_breach_and_its_words_say_both():
    judged = Judged(a_change())
    before = an_answer({"a": 2.0, "b": 2.0, "c": 2.0})
    assert judged.at(0, an_answer({"a": 3.2, "b": 3.0, "c": 1.0}), before) == {"a": "warning"}
    assert judged.words("a") == {"current": "3.2 s", "baseline": "2 s", "against": "the window before"}
    assert judged.held[("model", "a"),].value == pytest.approx(0.6)


def test_a_fall_is_a_negative_share():
    judged = Judged(a_change(tiers={"warning": {"below": "-30%"}}))
    assert judged.at(0, an_answer({"a": 1.3, "b": 1.5}), an_answer({"a": 2.0, "b": 2.0})) == {"a": "warning"}


def test_an_amount_is_in_the_unit_of_the_measure():
    judged = Judged(a_change(tiers={"warning": {"above": "2s"}}))
    assert judged.at(0, an_answer({"a": 4.5, "b": 3.5}), an_answer({"a": 2.0, "b": 2.0})) == {"a": "warning"}


@pytest.mark.parametrize(
    ("now", "before"),
    [((9.0, 19), (1.0, 50)), ((9.0, 50), (1.0, 19)), ((9.0, 50), (0.0, 50)), ((None, 0), (1.0, 50))],
    ids=["too few now", "too few then", "nothing to compare with", "nothing now"],
)
def test_a_baseline_that_is_too_small_is_no_breach(now: Any, before: Any):
    judged = Judged(a_change(min_count=20))
    assert judged.at(0, an_answer({"a": now}), an_answer({"a": before})) == {}


def test_an_alert_whose_series_is_gone_is_over():
    judged = Judged(a_change())
    assert judged.at(0, an_answer({"a": 9.0}), an_answer({"a": 1.0})) == {"a": "warning"}
    assert judged.at(1, an_answer({}), an_answer({"a": 1.0})) == {}

from __future__ import annotations

from typing import Any

from spanwise_alerts.detect.absence import questions
from spanwise_alerts.rules.absence import Absence
from tests.alerts.answers import Judged, an_answer


def an_absence(**more: Any) -> Absence:
    return Absence.model_validate({
        "name": "r", "kind": "absence", "measure": "llm.calls", "by": ["model"], "window": "5m",
        "tiers": {"warning": {}, "critical": {"for": "10m"}}, **more,
    })  # fmt: skip


def test_what_came_before_and_does_not_come_any_more_fires_and_grows_graver():
    judged, history = Judged(an_absence()), an_answer({"a": 5, "b": 5})
    assert judged.at(0, an_answer({"a": 5, "b": 5}), history) == {}
    assert judged.at(10, an_answer({"a": 5}), history) == {"b": "warning"}
    assert judged.at(610, an_answer({"a": 5}), history) == {"b": "critical"}
    assert judged.at(620, an_answer({"a": 5, "b": 1}), history) == {}


def test_what_nobody_expects_any_more_is_over():
    judged = Judged(an_absence())
    assert judged.at(0, an_answer({}), an_answer({"a": 5})) == {"a": "warning"}
    assert judged.at(1, an_answer({}), an_answer({})) == {}


def test_what_is_listed_needs_no_history():
    rule = an_absence(expect=[{"model": "a"}, {"model": "b"}])
    assert len(questions(rule, 0.0)) == 1
    assert Judged(rule).at(0, an_answer({"b": 5})) == {"a": "warning"}


def test_without_groups_the_one_series_is_expected():
    assert Judged(an_absence(by=[])).at(0, an_answer({}), an_answer({})) == {"": "warning"}


def test_too_few_are_none():
    judged = Judged(an_absence(min_count=3))
    assert judged.at(0, an_answer({"a": (2, 2), "b": (3, 3)}), an_answer({"a": 9, "b": 9})) == {"a": "warning"}

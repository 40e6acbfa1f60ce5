from __future__ import annotations

import pytest

from spanwise_alerts.detect.threshold import questions
from tests.alerts.answers import Judged, an_answer, of
from tests.alerts.builders import a_rule

TIERS = {"info": {"above": "1s"}, "warning": {"above": "8s", "clear_below": "4s"}}


def test_of_quiet_series_nothing_is_made():
    judged = Judged(a_rule())
    assert judged.at(0, an_answer({"a": 1.0, "b": 9.0, "c": None})) == {"b": "warning"}
    assert list(judged.moved) == [of("b")]


def test_fewer_than_min_count_is_no_breach_and_ends_one():
    judged = Judged(a_rule(min_count=20))
    assert judged.at(0, an_answer({"a": (9.0, 19)})) == {}
    assert judged.at(1, an_answer({"a": (9.0, 20)})) == {"a": "warning"}
    assert judged.at(2, an_answer({"a": (9.0, 19)})) == {}


@pytest.mark.parametrize(("no_data", "wanted"), [("ok", {}), ("keep", {"a": "warning"})])
def test_no_data_ends_an_alert_or_keeps_it_as_the_rule_says(no_data: str, wanted: dict[str, str]):
    judged = Judged(a_rule(no_data=no_data))
    assert judged.at(0, an_answer({"a": 9.0})) == {"a": "warning"}
    assert judged.at(1, an_answer({})) == wanted
    assert judged.at(2, an_answer({"a": 1.0})) == {}


def test_no_data_of_what_came_within_a_day_is_a_breach_of_the_mildest_tier_where_the_rule_says_so():
    rule = a_rule(no_data="alert", tiers=TIERS)
    _, known = questions(rule, 0.0)
    assert (known.stat, known.window_s) == ("count", 86400.0)
    judged, history = Judged(rule), an_answer({"a": 7, "b": 7})
    assert judged.at(0, an_answer({"a": 0.5}), history) == {"b": "info"}
    assert judged.at(1, an_answer({"a": 9.0}), history) == {"a": "warning", "b": "info"}
    assert judged.at(2, an_answer({}), history) == {"a": "warning", "b": "info"}
    assert judged.at(3, an_answer({}), an_answer({"a": 7})) == {"a": "warning"}
    assert judged.at(4, an_answer({"a": 0.1}), history) == {"b": "info"}


def test_a_rule_without_groups_expects_its_one_series():
    judged = Judged(a_rule(no_data="alert", by=[]))
    assert judged.at(0, an_answer({}), an_answer({})) == {"": "warning"}

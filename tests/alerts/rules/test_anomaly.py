from __future__ import annotations

import pytest

from spanwise_alerts.rules.anomaly import Anomaly, lasting
from spanwise_alerts.rules.kinds import rule_of
from spanwise_alerts.rules.seldom import often


def a_rule(**changes) -> Anomaly:
    rule = rule_of({"name": "odd", "kind": "anomaly", "measure": "llm.duration", "stat": "p95", **changes})
    assert isinstance(rule, Anomaly)
    return rule


def test_without_tiers_it_is_a_warning_once_a_week_by_chance():
    rule = a_rule()
    assert rule.tier_names() == ("warning",)
    assert rule.rarities == pytest.approx((60.0 / 604800.0,))
    assert (rule.looks_back_s, rule.wait_s("warning"), rule.keep_firing_for_s) == (60.0, 0.0, 600.0)


def test_each_tier_may_be_wrong_as_often_as_it_says_or_else_the_rule():
    rule = a_rule(false_alarms="1/day", tiers={"critical": {"false_alarms": "2/month"}, "warning": {}})
    assert rule.rarities == pytest.approx((60.0 / 86400.0, 2 * 60.0 / (30 * 86400.0)))


def test_for_is_a_number_of_points_or_a_duration():
    rule = a_rule(every="5m", tiers={"warning": {"for": 3}, "critical": {"for": "7m"}})
    assert (rule.wait_s("warning"), rule.wait_s("critical")) == (600.0, 420.0)


@pytest.mark.parametrize("raw", ["1/fortnight", "0/week", "week", 7, "-1/day", ""])
def test_how_often_is_read_or_refused_with_an_example(raw):
    with pytest.raises(ValueError, match="expected how often, such as 1/week"):
        often(raw)


@pytest.mark.parametrize("raw", [0, -3, 1001, True, "3 points", 2.5])
def test_for_that_is_neither_is_refused(raw):
    with pytest.raises(ValueError, match=r"expected .*points.* duration such as 5m"):
        lasting(raw)


def test_what_is_written_as_json_is_read_again():
    rule = a_rule(
        min_difference="500ms", tiers={"warning": {"for": 3}, "critical": {"false_alarms": "1/month", "for": "5m"}}
    )
    assert rule_of(rule.model_dump(mode="json", by_alias=True)) == rule


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"stat": "p50"}, False), ({"by": ["model"]}, False), ({"every": "5m"}, False), ({"detector": "level"}, False),
        ({"where": {"environment": "prod"}}, False), ({"source": "prometheus"}, False),
        ({"false_alarms": "1/day"}, True), ({"direction": "up"}, True), ({"min_change": "50%"}, True),
        ({"tiers": {"critical": {}}}, True), ({"summary": "x"}, True), ({"name": "other"}, True),
    ],
)  # fmt: skip
def test_only_other_numbers_have_to_be_learned_anew(change, same):
    assert (a_rule(**change).shape == a_rule().shape) is same

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spanwise_alerts.rules.joint import Joint
from spanwise_alerts.rules.kinds import rule_of

RAW = {"name": "j", "kind": "joint"}


def test_without_more_words_an_agent_is_a_service_and_an_agent_and_one_false_alarm_a_week_is_one():
    rule = rule_of(RAW)
    assert isinstance(rule, Joint)
    assert (rule.by, rule.bucket_s, rule.rarities) == (("service", "agent"), 300.0, (300 / 604800,))


def test_tiers_may_be_as_rare_as_they_like():
    rule = rule_of({**RAW, "tiers": {"critical": {"false_alarms": "1/month"}, "info": {"false_alarms": "1/day"}}})
    assert isinstance(rule, Joint)
    assert rule.rarities == pytest.approx((300 / 86400, 300 / (30 * 86400)))


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"by": ["agent", "model"]}, "got 'model', expected one of service, agent, environment, tenant"),
        ({"where": {"modl": "x"}}, "got 'modl', expected one of"),
        ({"every": "3m"}, "got 180s, expected one of 1m, 2m, 5m"),
        ({"false_alarms": "seldom"}, "got 'seldom', expected how often, such as 1/week"),
        ({"history": "1h"}, "greater than or equal to 86400"),
        (
            {"tiers": {"warning": {"false_alarms": "1/week"}, "critical": {"false_alarms": "1/day"}}},
            "got '1/day', expected at most that of `warning`",
        ),
    ],
)
def test_a_fault_is_said(said: dict[str, Any], wanted: str):
    with pytest.raises(ValidationError, match=wanted):
        rule_of({**RAW, **said})

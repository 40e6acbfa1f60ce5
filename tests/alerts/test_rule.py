from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.alerts.builders import a_rule


def test_all_faults_of_a_rule_come_at_once_those_between_keys_too():
    with pytest.raises(ValidationError) as raised:
        a_rule(name="two words", measure="llm.latency", stat="p96", by=["modle"], summary="{{ x }}", colour="red",
               labels={"modle": "x", "severity": "page", "a-b": "c"}, tiers={"warning": {}})  # fmt: skip
    found = {tuple(fault["loc"]) for fault in raised.value.errors()}
    assert found == {
        ("name",), ("measure",), ("stat",), ("by", 0), ("summary",), ("colour",), ("tiers", "warning"),
        ("labels", "modle"), ("labels", "severity"), ("labels", "a-b"),
    }  # fmt: skip


def test_a_tier_tells_how_long_it_waits_and_where_it_is():
    rule = a_rule(tiers={"critical": {"above": "15s", "for": "1m"}, "warning": {"above": "8s"}})
    assert rule.tier_names() == ("warning", "critical")
    assert [(rule.wait_s(tier), rule.threshold_of(tier)) for tier in rule.tier_names()] == [(0.0, 8.0), (60.0, 15.0)]
    assert (rule.measured, rule.looks_back_s) == (("llm.duration", "p95"), 300.0)

from __future__ import annotations

from spanwise_alerts.rules.kinds import rule_of


def test_a_tier_needs_nothing_but_how_long():
    raw = {"name": "r", "kind": "absence", "measure": "llm.calls", "tiers": {"critical": {"for": "5m"}, "info": {}}}
    rule = rule_of(raw)
    assert [(tier, rule.wait_s(tier)) for tier in rule.tier_names()] == [("info", 0.0), ("critical", 300.0)]
    assert rule.measured == ("llm.calls", "count")

from __future__ import annotations

from spanwise_alerts.rules.kinds import rule_of


def test_it_needs_a_name_only():
    rule = rule_of({"name": "r", "kind": "dead_man"})
    assert (rule.tier_names(), rule.threshold_of("info")) == (("info",), None)

from __future__ import annotations

from spanwise_alerts.rules.kinds import rule_of


def test_nothing_needs_to_be_said():
    rule = rule_of({"name": "r", "kind": "unpriced"})
    assert (rule.by, rule.measured, rule.threshold_of("warning")) == (
        ("provider", "model"),
        ("llm.unpriced", "count"),
        0,
    )

from __future__ import annotations

from spanwise_alerts.rules.budget import Budget
from spanwise_alerts.rules.kinds import rule_of

RAW = {"name": "r", "kind": "budget", "measure": "llm.cost", "limit": "$200"}


def test_without_tiers_half_most_and_all_are_told():
    rule = rule_of(RAW)
    assert isinstance(rule, Budget)
    assert [(tier, *(at.value for at in share.at)) for tier, share in rule.tiers.items()] == [
        ("info", 0.5), ("warning", 0.8), ("critical", 0.95, 1.0),
    ]  # fmt: skip
    assert rule.threshold_of("critical") == 0.95


def test_sums_of_calls_may_be_by_user_and_session():
    assert rule_of({**RAW, "by": ["user", "session"]}).by == ("user", "session")
    assert rule_of({**RAW, "measure": "llm.tokens.input", "limit": 1_000_000}).shown_unit == "%"

from __future__ import annotations

from spanwise_alerts.rules.change import Change
from spanwise_alerts.rules.kinds import rule_of

RAW = {"name": "r", "kind": "change", "measure": "llm.duration", "stat": "p95", "window": "10m"}


def test_shares_are_told_in_percent_and_amounts_in_the_measures_unit():
    share = rule_of({**RAW, "tiers": {"warning": {"above": "50%"}}})
    amount = rule_of({**RAW, "tiers": {"warning": {"above": "2s"}}})
    assert (share.shown_unit, amount.shown_unit) == ("%", "s")


def test_a_share_of_failures_changes_by_points_that_are_written_without_percent():
    rule = rule_of({**RAW, "measure": "llm.errors", "stat": "ratio", "tiers": {"warning": {"above": 0.02}}})
    assert isinstance(rule, Change)
    assert (rule.relative, rule.shown_unit, rule.ago_s) == (False, "%", 600.0)

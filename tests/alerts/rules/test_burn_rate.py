from __future__ import annotations

from spanwise_alerts.rules.burn_rate import BurnRate
from spanwise_alerts.rules.kinds import rule_of


def test_without_tiers_the_pairs_are_those_of_the_sre_workbook():
    rule = rule_of({"name": "r", "kind": "burn_rate", "measure": "llm.errors", "objective": "99.5%"})
    assert isinstance(rule, BurnRate)
    hours = {tier: [(p.long_s / 3600, p.short_s / 3600, p.rate) for p in pairs] for tier, pairs in rule.tiers.items()}
    assert hours == {"warning": [(72, 6, 1)], "critical": [(1, 1 / 12, 14.4), (6, 0.5, 6)]}
    # the share of a budget of 30 days that each pair lets go
    assert [round(long * rate / 720, 3) for pairs in hours.values() for long, _, rate in pairs] == [0.1, 0.02, 0.05]
    assert (rule.threshold_of("critical"), rule.looks_back_s) == (6, 3 * 86400)

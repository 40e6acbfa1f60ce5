from __future__ import annotations

from spanwise_alerts.rules.kinds import rule_of


def test_a_minute_without_an_answer_is_critical_unless_it_says_otherwise():
    rule = rule_of({"name": "r", "kind": "unanswered"})
    assert (rule.tier_names(), rule.threshold_of("critical"), rule.unit) == (("critical",), 60.0, "s")

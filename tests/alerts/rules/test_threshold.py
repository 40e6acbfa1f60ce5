from __future__ import annotations

from tests.alerts.builders import a_rule


def test_a_threshold_tells_its_unit_and_its_bounds():
    rule = a_rule(measure="llm.errors", stat="ratio", tiers={"warning": {"above": "5%"}})
    assert (rule.unit, rule.shown_unit, rule.no_data) == ("1", "%", "ok")
    assert (rule.threshold_of("warning"), rule.threshold_of("critical")) == (0.05, None)

from __future__ import annotations

import pytest

from spanwise_alerts.rules.kinds import rule_of


@pytest.mark.parametrize(
    ("unit", "above", "wanted"), [("s", "8s", ("s", "s")), ("%", "5%", ("1", "%")), ("", 3, ("1", "1"))]
)
def test_a_unit_is_what_the_user_says(unit: str, above: object, wanted: tuple[str, str]):
    raw = {"name": "r", "kind": "promql", "promql": "up", "source": "p", "unit": unit}
    rule = rule_of({**raw, "tiers": {"warning": {"above": above}}})
    assert (rule.unit, rule.shown_unit) == wanted

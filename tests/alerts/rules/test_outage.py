from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spanwise_alerts.rules.kinds import rule_of
from spanwise_alerts.rules.outage import Outage

RAW = {"name": "out", "kind": "outage"}


def test_without_more_words_three_agents_are_an_outage():
    rule = rule_of(RAW)
    assert isinstance(rule, Outage)
    assert (rule.tiers["critical"].agents, rule.failing.value, rule.share.value) == (3, 0.2, 0.5)
    assert (rule.by, rule.unit, rule.threshold_of("critical")) == (("provider", "model"), "{agent}", 3.0)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"by": ["agent"]}, "expected none: an outage is of a provider or a model"),
        ({"failing": "20"}, "expected a share such as 20%"),
        ({"share": "120%"}, "expected a share such as 20%"),
        ({"tiers": {"warning": {"agents": 5}, "critical": {"agents": 4}}}, "got 4, expected more than tier `warning`"),
        ({"tiers": {"warning": {"agents": 1}}}, "greater than or equal to 2"),
        ({"measure": "llm.calls"}, "llm.errors"),
        ({"summary": "{{ nobody }}"}, "unknown name"),
    ],
)
def test_a_fault_is_said(said: dict[str, Any], wanted: str):
    with pytest.raises(ValidationError, match=wanted):
        rule_of({**RAW, **said})

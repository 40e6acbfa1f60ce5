from __future__ import annotations

import pytest
from pydantic import ValidationError

from spanwise_alerts.rules.kinds import KINDS, rule_of
from spanwise_alerts.rules.threshold import Threshold


def test_a_rule_without_a_kind_is_a_threshold():
    rule = rule_of({"name": "r", "measure": "llm.calls", "stat": "count", "tiers": {"info": {"above": 1}}})
    assert isinstance(rule, Threshold)
    assert rule_of(rule) is rule


def test_each_kind_knows_its_own_word():
    for kind, model in KINDS.items():
        with pytest.raises(ValidationError) as raised:
            rule_of({"kind": kind})
        assert all(fault["loc"] != ("kind",) for fault in raised.value.errors())
        assert model.model_fields["kind"].annotation is not str


@pytest.mark.parametrize("raw", [None, 3, [], "rule", {"kind": "treshold"}, {"kind": ["threshold"]}])
def test_what_is_no_rule_is_refused(raw: object):
    with pytest.raises(ValidationError):
        rule_of(raw)

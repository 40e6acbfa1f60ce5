from __future__ import annotations

import pytest

from spanwise_alerts.rules.kinds import rule_of
from spanwise_alerts.rules.runaway import Runaway
from spanwise_schema.runaway import SIGNS

SECRET = "whsec_c3BhbndpY2UgZXhhbXBsZSBzZWNyZXQgMDEyMw=="


def a_rule(**keys):
    return rule_of({"name": "loops", "kind": "runaway", **keys})


def test_without_a_key_it_looks_at_what_the_collector_does_by_default():
    assert a_rule().bounds == {sign.name: sign.default for sign in SIGNS if sign.default}
    assert a_rule().tier_names() == ("warning",)
    assert a_rule().by == ("service", "agent", "run")


def test_every_sign_has_a_key():
    assert {sign.name for sign in SIGNS} <= Runaway.model_fields.keys()
    everything = {sign.name: sign.least for sign in SIGNS}
    assert a_rule(**everything).bounds == everything


@pytest.mark.parametrize("nothing", [0, None])
def test_a_sign_can_be_left_out(nothing):
    assert a_rule(repeats=nothing, cost_per_minute=nothing).bounds == {"same_error": 8}


def test_a_tier_waits_for_what_was_burnt():
    rule = a_rule(tiers={"warning": {}, "critical": {"burnt": "$2.50"}})
    assert (rule.threshold_of("warning"), rule.threshold_of("critical")) == (None, 2.5)


def test_a_stop_is_signed_and_its_link_is_not_shown():
    rule = a_rule(stop={"url": "https://agents.example.com/stop/token-123", "secret": SECRET})
    assert rule.stop.secret() == SECRET
    assert "token-123" not in f"{rule!r} {rule.model_dump_json()}"
    assert SECRET not in f"{rule!r} {rule.model_dump_json()}"

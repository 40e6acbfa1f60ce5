from __future__ import annotations

from spanwise_alerts.rules.kinds import rule_of
from spanwise_alerts.stop import letters_to_stop, stoppers
from tests.alerts.builders import a_notice

STOP = {"url": "https://agents.example.com/stop", "secret": "whsec_c3BhbndpY2UgZXhhbXBsZSBzZWNyZXQgMDEyMw=="}
TIERS = {"warning": {}, "critical": {"burnt": "$1"}}


def a_rule(name="loops", **keys):
    return rule_of({"name": name, "kind": "runaway", "tiers": TIERS, **keys})


def stopped(notice_keys, *rules):
    notice = a_notice(**{"rule": "loops", "tier": "critical", **notice_keys})
    return [letter.channel for letter in letters_to_stop(rules, notice)]


def test_only_rules_with_a_stop_have_somebody_who_is_told():
    rules = [a_rule(stop=STOP), a_rule("others"), rule_of({"name": "beat", "kind": "dead_man"})]
    (stopper,) = stoppers(rules)
    assert (stopper.rule, stopper.channel, stopper.tier) == ("loops", "stop/loops", "critical")
    assert [name for name, _, _ in stopper.ways()] == ["stop/loops"]


def test_a_run_is_stopped_once_as_it_reaches_the_gravest_tier():
    rule = a_rule(stop=STOP)
    assert stopped({"tier": "warning"}, rule) == []
    assert stopped({"tier": "critical", "previous_tier": "warning"}, rule) == ["stop/loops"]
    assert stopped({"tier": "critical"}, rule) == ["stop/loops"]
    assert stopped({"tier": "critical", "previous_tier": "critical"}, rule) == []
    assert stopped({"tier": "warning", "previous_tier": "critical"}, rule) == []


def test_a_rule_may_stop_from_a_milder_tier_on():
    rule = a_rule(stop={**STOP, "tier": "warning"})
    assert stopped({"tier": "warning"}, rule) == ["stop/loops"]
    assert stopped({"tier": "critical", "previous_tier": "warning"}, rule) == []


def test_ends_other_rules_and_pushed_alerts_stop_nothing():
    rule = a_rule(stop=STOP)
    assert stopped({"status": "resolved", "ends_at_s": 2000.0}, rule) == []
    assert stopped({"rule": "others"}, rule) == []
    assert stopped({"source": "push"}, rule) == []


def test_a_letter_has_the_same_key_whenever_it_is_written_and_another_for_another_firing():
    rule = a_rule(stop=STOP)
    keys = [
        letters_to_stop([rule], a_notice(rule="loops", tier="critical", starts_at_s=at_s))[0].key
        for at_s in (1.0, 1.0, 2.0)
    ]
    assert keys[0] == keys[1] != keys[2]

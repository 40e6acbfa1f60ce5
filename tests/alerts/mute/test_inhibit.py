from __future__ import annotations

from typing import Any

from spanwise_alerts.mute.inhibit import Inhibition
from spanwise_alerts.route import InhibitRule


def inhibition(source: str, target: str, *equal: str) -> Inhibition:
    given: dict[str, Any] = {"source_matchers": [source], "target_matchers": [target], "equal": list(equal)}
    return Inhibition([InhibitRule.model_validate(given)])


def test_a_firing_source_holds_back_targets_that_are_alike():
    held = inhibition('s="1"', 't="1"', "e")
    assert held.fires("aa", {"s": "1", "e": "x"})
    assert held.by({"t": "1", "e": "x"}) == ("aa",)
    assert held.by({"t": "1", "e": "y"}) == ()
    assert held.by({"t": "2", "e": "x"}) == ()
    assert not held.fires("aa", {"s": "1", "e": "x"})
    assert held.is_over("aa")
    assert held.by({"t": "1", "e": "x"}) == ()
    assert not held.is_over("aa")


def test_labels_that_both_lack_are_alike():
    held = inhibition('s="1"', 't="1"', "e")
    held.fires("aa", {"s": "1"})
    assert held.by({"t": "1"}) == held.by({"t": "1", "e": ""}) == ("aa",)
    assert held.by({"t": "1", "e": "x"}) == ()


def test_alerts_that_are_both_do_not_hold_each_other_back():
    held = inhibition('s="1"', 't=~".*"')
    held.fires("aa", {"s": "1"})
    held.fires("bb", {"s": "1"})
    assert held.by({"s": "1"}) == ()
    assert held.by({"t": "x"}) == ("aa", "bb")


def test_a_source_that_changes_its_labels_moves():
    held = inhibition('severity="critical"', 'severity="warning"', "model")
    held.fires("aa", {"severity": "critical", "model": "m"})
    assert held.by({"severity": "warning", "model": "m"}) == ("aa",)
    assert held.fires("aa", {"severity": "warning", "model": "m"})
    assert held.by({"severity": "warning", "model": "m"}) == ()

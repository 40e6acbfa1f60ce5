from __future__ import annotations

from spanwise_alerts.mute.flap import Flapping
from spanwise_alerts.route import Flap


def flapping(changes: int) -> Flapping:
    return Flapping(Flap.model_validate({"changes": changes, "per": "100s"}))


def test_more_changes_than_allowed_are_flapping_until_enough_of_them_are_long_ago():
    found = flapping(2)
    for at_s in (10.0, 20.0, 30.0):
        assert not found.flaps("aa", at_s)
        found.changed("aa", at_s)
    assert found.flaps("aa", 30.0)
    assert found.calm_s("aa") == 110.0
    assert found.flaps("aa", 109.9)
    assert not found.flaps("aa", 110.0)
    assert (found.score("aa", 110.0), found.score("bb", 110.0)) == (2, 0)


def test_nothing_flaps_where_that_is_switched_off():
    found = flapping(0)
    for at_s in range(50):
        found.changed("aa", float(at_s))
    assert not found.flaps("aa", 50.0)


def test_alerts_that_are_quiet_are_forgotten():
    found = flapping(2)
    found.changed("aa", 1.0)
    found.prune(200.0)
    assert not found._changes

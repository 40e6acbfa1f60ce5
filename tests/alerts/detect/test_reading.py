from __future__ import annotations

from spanwise_alerts.detect.machine import move
from spanwise_alerts.detect.reading import Reading
from tests.alerts.builders import a_rule


def test_a_tier_that_a_reading_does_not_name_is_clear():
    rule = a_rule()
    alert = move(rule, (), None, Reading((), {"critical": "breach", "warning": "breach"}), 1.0)
    assert move(rule, (), alert, Reading((), {"warning": "hold"}), 2.0).tier == "warning"

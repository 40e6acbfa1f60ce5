from __future__ import annotations

import pytest

from spanwise_alerts.alert import IDLE, Level
from tests.alerts.builders import a_notice, an_alert


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "fired"),
        ({"tier": "critical", "previous_tier": "warning"}, "upgraded"),
        ({"tier": "info", "previous_tier": "critical"}, "downgraded"),
        ({"status": "resolved", "previous_tier": "warning"}, "resolved"),
    ],
)
def test_a_notice_knows_what_happened(changes: dict[str, str], kind: str):
    assert a_notice(**changes).kind == kind


def test_an_alert_is_over_once_no_tier_holds_or_waits():
    assert an_alert(levels={"warning": IDLE}).over
    assert not an_alert(levels={"warning": Level(since_s=1.0)}).over
    assert not an_alert(levels={"warning": IDLE, "critical": Level(active=True)}).over

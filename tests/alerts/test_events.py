from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from spanwise_alerts.events import AlertChanged
from tests.alerts.builders import a_notice


def test_an_event_cannot_be_changed_by_who_listens():
    event = AlertChanged(1.0, "fired", a_notice())
    with pytest.raises(FrozenInstanceError):
        event.at_s = 2.0

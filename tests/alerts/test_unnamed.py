from __future__ import annotations

import pytest

from spanwise_alerts.config import load
from spanwise_alerts.faults import ConfigError
from spanwise_alerts.unnamed import unnamed


def test_names_of_routes_are_looked_for_among_whatever_is_there():
    section = {
        "receivers": [{"name": "team"}, 5, {}],
        "route": {"receiver": "tam", "routes": [{"receiver": "team"}, {"mute_time_intervals": ["nights"]}, None]},
    }
    assert [str(fault) for fault in unnamed(section, "f")] == [
        "f: route.receiver: got 'tam', expected one of team; did you mean 'team'?",
        "f: route.routes[1].mute_time_intervals[0]: got 'nights', expected one of nothing",
    ]


@pytest.mark.parametrize("section", [None, [], "x", {"route": "x"}, {"route": {"routes": {"a": 1}}}])
def test_what_has_no_routes_names_nobody(section: object):
    assert unnamed(section, "f") == []


def test_a_name_is_said_together_with_a_receiver_that_is_wrong(tmp_path):
    section = {
        "receivers": [{"name": "team", "webhook": {"url": "x"}}],
        "route": {"receiver": "team", "routes": [{"receiver": "tem"}]},
    }
    with pytest.raises(ConfigError) as raised:
        load(section, "f", tmp_path)
    assert [fault.path for fault in raised.value.faults] == ["receivers[0].webhook.url", "route.routes[0].receiver"]

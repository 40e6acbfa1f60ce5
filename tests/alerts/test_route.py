from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.config import AlertsConfig, load
from spanwise_alerts.faults import ConfigError

HOOK = {"url": "https://hooks.example.com/"}
TEAM, PAGER = ({"name": name, "webhook": HOOK} for name in ("team", "pager"))


def read(**section: Any) -> AlertsConfig:
    return load({"receivers": [TEAM, PAGER], "default_rules": False, **section}, "spanwise.yaml", Path())


def faults(**section: Any) -> dict[str, str]:
    with pytest.raises(ConfigError) as raised:
        read(**section)
    return {fault.path: fault.message for fault in raised.value.faults}


def test_every_fault_of_a_routing_tree_is_said_with_its_path():
    routes = [
        {"receiver": "pagr", "matchers": ['a~"b"'], "group_by": ["x", "x"], "mute_time_intervals": ["night"]},
        {"routes": [{"group_wait": "30", "repeat_interval": "0s", "continue": "perhaps", "group_bye": []}]},
    ]
    found = faults(route={"receiver": "team", "routes": routes})
    assert found.keys() == {
        "route.routes[0].matchers[0]", "route.routes[0].group_by[1]", "route.routes[1].routes[0].group_wait",
        "route.routes[1].routes[0].repeat_interval", "route.routes[1].routes[0].continue",
        "route.routes[1].routes[0].group_bye", "route.routes[0].receiver", "route.routes[0].mute_time_intervals[0]",
    }  # fmt: skip
    assert "did you mean 'group_by'?" in found["route.routes[1].routes[0].group_bye"]
    assert "expected a duration with its unit" in found["route.routes[1].routes[0].group_wait"]


def test_receivers_and_time_intervals_that_there_are_not_are_named_all_at_once():
    routes = [{"receiver": "pagr", "mute_time_intervals": ["night"]}, {"routes": [{"active_time_intervals": ["day"]}]}]
    found = faults(route={"matchers": ['a="b"'], "routes": routes})
    assert found == {
        "route.receiver": "missing; with several receivers, expected `receiver`: one of team, pager",
        "route.matchers": "expected none: the top route takes every alert at any time",
        "route.routes[0].receiver": "got 'pagr', expected one of team, pager; did you mean 'pager'?",
        "route.routes[0].mute_time_intervals[0]": "got 'night', expected one of nothing",
        "route.routes[1].routes[0].active_time_intervals[0]": "got 'day', expected one of nothing",
    }


def test_all_labels_stand_alone():
    assert "expected '...' alone" in faults(route={"receiver": "team", "group_by": ["a", "..."]})["route.group_by[1]"]


def test_a_reminder_goes_to_somebody_who_is_there():
    assert faults(route={"receiver": "team"}, reminder={"receiver": "nobody"}).keys() == {"reminder.receiver"}


def test_names_are_there_once():
    night = {"name": "night", "time_intervals": [{}]}
    weekly = {"name": "w", "matchers": ['a="b"'], "schedule": {"cron": "0 2 * * sun", "duration": "2h"}}
    found = faults(route={"receiver": "team"}, time_intervals=[night, night], maintenance=[weekly, weekly])
    assert found.keys() == {"time_intervals[1].name", "maintenance[1].name"}


def test_a_matcher_may_stand_without_a_list():
    (rule,) = read(
        route={"receiver": "team"}, inhibit_rules=[{"source_matchers": 'a="b",c="d"', "target_matchers": ['e=~"f.*"']}]
    ).inhibit_rules
    assert [str(matcher) for matchers in rule.source_matchers for matcher in matchers] == ['a="b"', 'c="d"']

from __future__ import annotations

from typing import Any

from spanwise_alerts.group.tree import Node, tree_of
from spanwise_alerts.route import Route


def tree(**route: Any) -> Node:
    return tree_of(Route.model_validate(route), ["first", "second"])


def test_the_tree_finds_what_alertmanagers_own_test_finds():
    """The tree of TestRouteMatch in Alertmanager's dispatch/route_test.go."""
    top = tree(
        receiver="notify-def",
        routes=[
            {
                "matchers": ['owner="team-A"'], "receiver": "notify-A",
                "routes": [
                    {"matchers": ['env="testing"'], "receiver": "notify-testing", "group_by": ["..."]},
                    {"matchers": ['env="production"'], "receiver": "notify-productionA", "continue": True},
                    {"matchers": ['env=~"produ.*",job=~".*"'], "receiver": "notify-productionB"},
                ],
            },
            {"matchers": ['owner=~"team-(B|C)"'], "receiver": "notify-BC", "group_by": ["foo", "bar"]},
            {"matchers": ['group_by="role"'], "group_by": ["role"], "routes": [
                {"matchers": ['env="testing"'], "receiver": "notify-testing",
                 "routes": [{"matchers": ['wait="long"'], "group_wait": "2m"}]},
            ]},
        ],
    )  # fmt: skip
    cases = [
        ({"owner": "team-A"}, ["notify-A"]),
        ({"owner": "team-A", "env": "unset"}, ["notify-A"]),
        ({"owner": "team-C"}, ["notify-BC"]),
        ({"owner": "team-A", "env": "testing"}, ["notify-testing"]),
        ({"owner": "team-A", "env": "production"}, ["notify-productionA", "notify-productionB"]),
        ({"group_by": "role"}, ["notify-def"]),
        ({"env": "testing", "group_by": "role", "wait": "long"}, ["notify-testing"]),
        ({}, ["notify-def"]),
    ]
    assert [[node.receiver for node in top.match(labels)] for labels, _ in cases] == [wanted for _, wanted in cases]
    (long,) = top.match({"env": "testing", "group_by": "role", "wait": "long"})
    assert (long.group_wait_s, long.group_by) == (120.0, ("role",))
    assert long.key == '{}/{group_by="role"}/{env="testing"}/{wait="long"}'


def test_without_group_by_each_alert_stands_alone_and_waits_for_nothing():
    top = tree()
    assert (top.receiver, top.group_by, top.group_wait_s, top.group_interval_s) == ("first", None, 0.0, 0.0)


def test_with_group_by_the_waits_are_alertmanagers_unless_they_are_given():
    top = tree(group_by=["a"], routes=[{"matchers": ['b="c"'], "group_wait": "0s", "repeat_interval": "1h"}])
    assert (top.group_wait_s, top.group_interval_s, top.repeat_interval_s) == (30.0, 300.0, 14400.0)
    (below,) = top.match({"b": "c"})
    assert (below.group_wait_s, below.group_interval_s, below.repeat_interval_s) == (0.0, 300.0, 3600.0)
    assert below.labels_of({"a": "1", "b": "2"}) == {"a": "1"}


def test_nobody_is_told_without_receivers():
    assert tree_of(Route(), []).receiver == ""

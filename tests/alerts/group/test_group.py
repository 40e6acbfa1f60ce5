from __future__ import annotations

import pytest

from spanwise_alerts.group.group import Group
from spanwise_alerts.group.tree import tree_of
from spanwise_alerts.route import Route


def group(anchor_s: float, interval: str, *, flushed: bool = True) -> Group:
    node = tree_of(Route.model_validate({"group_interval": interval}), ["team"])
    return Group("{}:{}", node, {}, anchor_s, flushed=flushed)


@pytest.mark.parametrize(
    ("not_before_s", "wanted_s"), [(9.0, 15.0), (10.0, 15.0), (12.0, 15.0), (15.0, 15.0), (15.1, 20.0), (31.0, 35.0)]
)
def test_a_group_is_told_whole_intervals_after_it_was_told(not_before_s: float, wanted_s: float):
    assert group(10.0, "5s").next_s(not_before_s) == wanted_s


def test_a_new_group_is_told_when_its_wait_is_over():
    assert group(10.0, "5s", flushed=False).next_s(3.0) == 10.0
    assert group(10.0, "5s", flushed=False).next_s(12.0) == 12.0


def test_without_an_interval_a_group_is_told_at_once():
    assert group(10.0, "0s").next_s(12.3) == 12.3


def test_moments_do_not_drift_by_rounding():
    told = group(1_700_000_000.1, "100ms")
    for step in range(1, 100):
        at_s = told.next_s(told.anchor_s + 0.05)
        assert at_s == pytest.approx(1_700_000_000.1 + step * 0.1, abs=1e-4)
        told.anchor_s = at_s

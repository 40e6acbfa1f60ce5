from __future__ import annotations

import pytest

from spanwise_alerts.faults import ConfigError, Fault, Path, expected, spelled


@pytest.mark.parametrize(
    ("path", "wanted"),
    [((), ""), (("rules", 2, "tiers", "warning", "above"), "rules[2].tiers.warning.above"), ((0, "name"), "[0].name")],
)
def test_paths_are_spelled_as_a_user_reads_them(path: Path, wanted: str):
    assert spelled(path) == wanted


def test_the_next_name_is_offered_only_where_it_is_near():
    assert expected("warnin", ["warning"]) == "got 'warnin', expected one of warning; did you mean 'warning'?"
    assert expected("x", ["info"]) == "got 'x', expected one of info"


@pytest.mark.parametrize(("path", "wanted"), [("rules[0]", "alerts.rules[0]"), ("", "alerts"), ("[0]", "alerts[0]")])
def test_a_fault_can_be_said_from_one_level_up(path: str, wanted: str):
    assert Fault("f", path, "m").under("alerts") == Fault("f", wanted, "m")


def test_an_error_tells_all_its_faults():
    assert str(ConfigError([Fault("f", "a", "m"), Fault("g", "", "n")])) == "f: a: m\ng: n"

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.config import load
from spanwise_alerts.faults import ConfigError
from spanwise_alerts.people.escalation import Escalation

RECEIVERS = [{"name": name, "webhook": {"url": "https://hooks.example.com/"}} for name in ("team", "lead")]


def pager(**changes: Any) -> dict[str, Any]:
    return {"name": "pager", "steps": [{"receivers": "team"}, {"receivers": ["lead"], "after": "15m"}], **changes}


def faults(**section: Any) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load({"receivers": RECEIVERS, "route": {"receiver": "team"}, **section}, "f", Path())
    return [str(fault) for fault in raised.value.faults]


def test_all_steps_come_again_after_the_last_one():
    escalation = Escalation.model_validate(pager(repeat=2, repeat_after="10m"))
    assert escalation.moments_s == (0.0, 900.0, 1500.0, 2400.0, 3000.0, 3900.0)
    assert [escalation.step(taken).receivers for taken in range(4)] == [["team"], ["lead"], ["team"], ["lead"]]


def test_without_repeat_each_step_comes_once():
    assert Escalation.model_validate(pager()).moments_s == (0.0, 900.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps": []}, "f: escalations[0].steps: got [], expected at least one"),
        ({"steps": [{}]}, "f: escalations[0].steps[0]: expected somebody to call: `receivers`, `on_call` or both"),
        (
            {"steps": [{"receivers": "team"}, {"receivers": "lead"}]},
            "f: escalations[0].steps[1].after: expected more than the 0s of the step before",
        ),
        ({"repeat": -1}, "f: escalations[0].repeat: got -1, expected greater than or equal to 0"),
        (
            {"steps": [{"receivers": ["tam"]}]},
            "f: escalations[0].steps[0].receivers[0]: got 'tam', expected one of team, lead; did you mean 'team'?",
        ),
        (
            {"steps": [{"on_call": "primary"}]},
            "f: escalations[0].steps[0].on_call[0]: got 'primary', expected one of nothing",
        ),
    ],
)
def test_what_is_wrong_with_an_escalation_is_named(changes: dict[str, Any], said: str):
    assert faults(escalations=[pager(**changes)]) == [said]


def test_a_name_that_is_there_twice_or_not_at_all_is_named():
    assert faults(escalations=[pager(), pager()]) == ["f: escalations[1].name: got 'pager', which is there twice"]
    assert faults(route={"receiver": "team", "routes": [{"escalation": "pagr"}]}, escalations=[pager()]) == [
        "f: route.routes[0].escalation: got 'pagr', expected one of pager; did you mean 'pager'?"
    ]


def test_an_escalation_at_the_top_needs_no_receiver_there():
    config = load({"receivers": RECEIVERS, "route": {"escalation": "pager"}, "escalations": [pager()]}, "f", Path())
    assert config.route.escalation == "pager"

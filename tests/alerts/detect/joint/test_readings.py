from __future__ import annotations

from typing import Any

from spanwise_alerts.detect.joint.features import questions
from spanwise_alerts.detect.joint.readings import readings
from spanwise_alerts.detect.joint.state import State
from spanwise_alerts.rehearsal import Rehearsal
from spanwise_alerts.rules.joint import Joint
from tests.alerts.detect.joint.fleet import STEP_S, Fleet, answer, labels_of

RULE = Joint.model_validate({"name": "odd", "kind": "joint", "history": "1d", "keep_firing_for": "0s"})
FLEET = Fleet("a", "b", "c")


def test_a_creep_of_tokens_latency_and_tools_together_is_told_with_what_is_off():
    rehearsal = Rehearsal(RULE)

    def creeps(agent: str, each: dict[str, Any]) -> None:
        if agent == "b":
            each["in"] *= 1.8
            each["latency"] *= 1.8
            each["cost"] *= 1.8
            each["tools"] = {"search": 20, "fetch": 20, "mail": 20}

    told: list[Any] = []
    for n in range(1, 320):
        at_s = n * STEP_S
        stretch = FLEET.stretch(at_s, creeps if n >= 310 else lambda _, __: None)
        answers = [answer(question, stretch) for question in questions(RULE, at_s)]
        told += [(n, notice) for notice in rehearsal.at(answers, at_s)]
    late = [(n, notice) for n, notice in told if n >= 310]
    assert {notice.labels["agent"] for _, notice in late} == {"b"}
    assert late[0][0] <= 313
    assert "usually" in late[0][1].summary
    assert len(told) - len(late) <= 3


def test_without_a_model_alerts_stay_as_they_are():
    held = [labels_of("a")]
    assert readings(RULE, None, held)[labels_of("a")].verdicts == {"warning": "hold"}
    assert readings(RULE, State(RULE), held)[labels_of("a")].verdicts == {"warning": "hold"}

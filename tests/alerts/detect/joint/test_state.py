from __future__ import annotations

from typing import Any

from spanwise_alerts.detect.joint.features import MIX, questions, told
from spanwise_alerts.detect.joint.model import LEAST_ROWS
from spanwise_alerts.detect.joint.state import RETRAIN_S, State
from spanwise_alerts.rules.joint import Joint
from tests.alerts.detect.joint.fleet import STEP_S, Change, Fleet, answer, labels_of

RULE = Joint.model_validate({"name": "j", "kind": "joint", "history": "1d"})
FLEET = Fleet("a", "b")


def take(state: State, at_s: float, change: Change = lambda _, __: None) -> None:
    stretch = FLEET.stretch(at_s, change)
    state.take([answer(question, stretch) for question in questions(RULE, at_s)], at_s)


def known(stretches: int) -> State:
    state = State(RULE)
    for n in range(1, stretches + 1):
        take(state, n * STEP_S)
    return state


def test_it_is_time_to_learn_once_an_agent_is_known_and_a_day_later():
    state = known(LEAST_ROWS - 1)
    assert not state.untrained
    take(state, LEAST_ROWS * STEP_S)
    assert state.untrained
    state.learn()
    assert not state.untrained
    take(state, LEAST_ROWS * STEP_S + RETRAIN_S)
    assert state.untrained


def test_no_more_is_kept_than_the_rule_looks_back():
    state = known(300)
    assert {len(found) for found in state.rows().values()} == {288}


def test_a_stretch_that_was_taken_on_is_not_taken_on_again():
    state = known(LEAST_ROWS)
    take(state, 5 * STEP_S)
    assert {len(found) for found in state.rows().values()} == {LEAST_ROWS}
    assert state.at_s == LEAST_ROWS * STEP_S


def test_another_mix_of_tools_is_a_number_beside_what_is_usual():
    state = known(LEAST_ROWS)
    state.learn()

    def mails_only(agent: str, each: dict[str, Any]) -> None:
        if agent == "a":
            each["tools"] = {"mail": 60}

    take(state, 500 * STEP_S, mails_only)
    found = state.of(labels_of("a"))
    assert found is not None
    assert told(MIX, found[1][MIX]).startswith(("89", "90", "91"))
    assert state.of(labels_of("nobody")) is None

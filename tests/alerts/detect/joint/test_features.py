from __future__ import annotations

import math

import pytest

from spanwise_alerts.detect.joint.features import FEATURES, MIX, questions, scaled_share, seen, told
from spanwise_alerts.question import Answer, Table
from spanwise_alerts.rules.joint import Joint
from tests.alerts.detect.joint.fleet import Fleet, answer, labels_of

RULE = Joint.model_validate({"name": "j", "kind": "joint"})


def test_a_row_has_what_an_agent_does_each_call():
    stretch = {
        "a": {"calls": 10, "latency": 2.0, "in": 1000.0, "out": 50.0, "cost": 0.01, "errors": 0.1, "steps": 4.0,
              "tool_errors": 0.0, "tools": {"x": 15, "y": 5}},
    }  # fmt: skip
    (found,) = seen(RULE, [answer(question, stretch) for question in questions(RULE, 0.0)]).items()
    assert found[0] == labels_of("a")
    words = [told(place, number) for place, number in enumerate(found[1].row[:MIX])]
    assert words == ["2 s", "1,000", "50", "$0.01", "10 %", "4.0", "2.0", "0 %"]
    assert (found[1].tools, found[1].calls) == ({"x": 15, "y": 5}, 10)


def test_what_is_not_known_is_not_a_number_and_few_calls_are_not_looked_at():
    empty = Answer(Table([]), [], [])
    calls = Answer(Table([labels_of("a"), labels_of("b")]), [5.0, 4.0], [1, 1])
    (found,) = seen(RULE, [calls, *[empty] * (len(questions(RULE, 0.0)) - 1)]).values()
    assert [math.isnan(number) for number in found.row] == [True, True, True, True, True, True, False, True, True]


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_a_share_is_told_as_it_was(share: float):
    assert told(MIX, scaled_share(share)) == f"{share * 100:g} %"


def test_each_number_has_a_name_and_the_fleet_of_tests_answers_all_that_is_asked():
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)
    answers = [answer(question, Fleet("a").stretch(0.0)) for question in questions(RULE, 0.0)]
    assert all(known.values for known in answers)

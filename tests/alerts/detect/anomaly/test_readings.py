from __future__ import annotations

import numpy as np
import pytest

from spanwise_alerts.detect.anomaly.readings import ends, one_in, questions, readings
from spanwise_alerts.detect.anomaly.state import State
from spanwise_alerts.rules.kinds import rule_of
from tests.alerts.answers import an_answer, of

BEGIN_S = 1_780_272_000.0
TIERS = {"warning": {"false_alarms": "1/day"}, "critical": {"false_alarms": "1/year"}}


def a_rule(**changes):
    raw = {"name": "odd", "kind": "anomaly", "measure": "llm.duration", "stat": "p95", "by": ["model"], **changes}
    return rule_of(raw)


def taught(rule, *last: float, series: str = "a") -> State:
    """A state that saw a day of noise about 2, and then these values."""
    state, dice = State(rule), np.random.default_rng(1)
    values = [*(2.0 * np.exp(dice.normal(0.0, 0.1, 1440))), *last]
    for place, value in enumerate(values):
        state.take(an_answer({series: float(value)}), BEGIN_S + 60.0 * place)
    return state


def test_one_point_is_asked_for():
    (question,) = questions(a_rule(every="5m", where={"environment": "prod"}), 0.0)
    assert (question.window_s, question.stat, question.where) == (300.0, "p95", (("environment", "prod"),))


@pytest.mark.parametrize(
    ("at_s", "whether"), [(120.0, True), (120.0004, True), (130.0, False), (1_780_272_060.0, True)]
)
def test_points_end_on_a_grid(at_s, whether):
    assert ends(a_rule().bucket_s, at_s) is whether


def test_a_series_as_usual_is_not_told_of():
    rule = a_rule(tiers=TIERS)
    assert readings(rule, taught(rule, 2.0), []) == {}


def test_how_far_out_it_is_decides_the_tier():
    rule = a_rule(tiers=TIERS)
    (mild,) = readings(rule, taught(rule, 3.6), []).values()
    (grave,) = readings(rule, taught(rule, 9.0), []).values()
    assert (mild.verdicts["warning"], mild.verdicts["critical"]) == ("breach", "hold")
    assert grave.verdicts["critical"] == "breach"


def test_it_says_what_was_expected_and_how_rare_it_is():
    rule = a_rule(tiers=TIERS)
    (reading,) = readings(rule, taught(rule, 9.0), []).values()
    assert reading.labels == of("a")
    assert (reading.value, reading.count) == (9.0, 100)
    assert reading.expected is not None
    assert 1.0 < reading.expected.lower < reading.expected.value < reading.expected.upper < 4.0
    assert reading.expected.probability < 1e-4
    assert reading.words["upper"] == f"{reading.expected.upper:.3g} s"
    assert str(reading.words["probability"]).startswith("1 in ")
    assert reading.thresholds["warning"] == reading.expected.upper


def test_a_drift_is_told_by_the_mean_that_shows_it():
    rule = a_rule(min_change="1%")
    (reading,) = readings(rule, taught(rule, *[2.8] * 3), []).values()
    assert "points)" in str(reading.words["over"])
    assert reading.expected is not None
    assert reading.expected.upper < reading.value < 2.8


@pytest.mark.parametrize("direction", ["up", "down"])
def test_the_side_that_is_not_watched_has_no_bound(direction):
    rule = a_rule(direction=direction, every="1m")
    state = taught(rule, 9.0 if direction == "up" else 0.1)
    (reading,) = readings(rule, state, []).values()
    assert reading.expected is not None
    assert (reading.expected.lower is None, reading.expected.upper is None) == (direction == "up", direction == "down")
    side = "upper" if direction == "up" else "lower"
    assert str(reading.words[side]).endswith("s")
    assert reading.words["lower" if side == "upper" else "upper"] == "any"


def test_a_series_that_is_back_to_normal_clears():
    rule = a_rule()
    reading = readings(rule, taught(rule, 9.0, *[2.0] * 60), [of("a")])[of("a")]
    assert reading.verdicts == {}
    assert reading.value == 2.0


def test_a_series_that_comes_no_more_is_held_some_points_and_then_over():
    rule = a_rule()
    state = taught(rule, 9.0)
    for place in range(8):
        state.take(an_answer({"other": 1.0}), BEGIN_S + 60.0 * (1441 + place))
        verdicts = readings(rule, state, [of("a")])[of("a")].verdicts
        assert verdicts == ({"warning": "breach"} if place < 5 else {})


def test_nothing_is_said_of_what_is_not_known():
    rule = a_rule(tiers=TIERS)
    assert readings(rule, None, []) == {}
    assert readings(rule, None, [of("a")])[of("a")].verdicts == {"warning": "hold", "critical": "hold"}


@pytest.mark.parametrize(
    ("rarity", "text"),
    [
        (1 / 40_123, "1 in 40,000"),
        (0.5, "1 in 2"),
        (1.0, "1 in 1"),
        (1e-9, "1 in 1,000,000,000"),
        (1 / 123, "1 in 120"),
    ],
)
def test_rarity_is_told_in_two_digits(rarity, text):
    assert one_in(rarity) == text

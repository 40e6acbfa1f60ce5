import numpy as np
import pytest

from spanwise_alerts.detect.anomaly.detectors import COURSES, DETECTORS
from spanwise_alerts.detect.anomaly.panel import Panel, Wanted
from spanwise_alerts.detect.anomaly.transform import Transform

STEP_S = 600.0
BEGIN_S = 1_780_272_000.0


def judged(name, values, kind="amount"):
    """Whether each point is unusual."""
    panel = Panel(Transform(kind), Wanted(STEP_S, (1e-4,), detector=DETECTORS[name]))
    panel.grow(1)
    found = []
    for place, value in enumerate(values):
        verdict = panel.update(BEGIN_S + place * STEP_S, np.array([0]), np.array([value]), np.array([100.0]))
        found.append(bool(verdict.unusual[0]))
    return found


def daily(days):
    dice = np.random.default_rng(7)
    at = np.arange(int(days * 144))
    return 10.0 * np.exp(0.8 * np.sin(2 * np.pi * at / 144) + dice.normal(0.0, 0.03, len(at)))


@pytest.mark.parametrize("name", DETECTORS)
def test_each_finds_a_lasting_step_and_nothing_in_noise(name):
    dice = np.random.default_rng(3)
    noise = 100.0 * np.exp(dice.normal(0.0, 0.05, 2000))
    kind = "count" if DETECTORS[name].counts else "amount"
    calm = judged(name, noise, kind)
    assert np.sum(np.diff(np.flatnonzero(calm)) > 10) <= 1
    assert any(judged(name, np.concatenate([noise, noise[:30] * 2.0]), kind)[2000:])


def test_a_value_of_another_hour_is_odd_to_the_season_that_knows_the_day():
    course = daily(8)
    course[-20:-14] = course[-20 - 72 : -14 - 72]
    assert any(judged("season", course)[-20:-14])


def test_a_single_point_is_no_change_point_but_a_spike():
    dice = np.random.default_rng(3)
    values = 100.0 * np.exp(dice.normal(0.0, 0.05, 1000))
    values[900] *= 1.5
    assert judged("auto", values)[900]
    assert not any(judged("change_point", values)[895:])


def test_steady_growth_is_expected_to_go_on_by_the_trend():
    dice = np.random.default_rng(3)
    values = np.exp(np.linspace(0.0, 12.0, 2000) + dice.normal(0.0, 0.01, 2000))
    panel = Panel(Transform("amount"), Wanted(STEP_S, (1e-4,), detector=DETECTORS["trend"]))
    panel.grow(1)
    off = []
    for place, value in enumerate(values):
        verdict = panel.update(BEGIN_S + place * STEP_S, np.array([0]), np.array([value]), np.array([1e6]))
        off.append(value / verdict.expected[0] - 1)
    assert abs(np.mean(off[-500:])) < 0.005


def test_every_detector_says_what_it_is_for_and_follows_known_courses():
    for detector in DETECTORS.values():
        assert detector.meaning
        assert detector.courses <= set(COURSES)

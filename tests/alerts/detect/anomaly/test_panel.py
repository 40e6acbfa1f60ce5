import numpy as np
import pytest

from spanwise_alerts.detect.anomaly.panel import Panel, Wanted
from spanwise_alerts.detect.anomaly.transform import Transform

STEP_S = 60.0
BEGIN_S = 1_780_272_000.0
HOURS = 30


class Watch:
    """A panel that is fed point by point."""

    def __init__(self, kind="amount", *, series=1, seed=0, **wanted):
        self.panel = Panel(Transform(kind), Wanted(STEP_S, (STEP_S / 604_800,), **wanted))
        self.panel.grow(series)
        self.rows = np.arange(series)
        self.dice = np.random.default_rng(seed)
        self.at_s = BEGIN_S

    def see(self, value, count=100.0):
        self.at_s += STEP_S
        shape = np.ones(len(self.rows))
        return self.panel.update(self.at_s, self.rows, value * shape, count * shape)

    def healthy(self, points, level=2.0):
        noise = np.exp(self.dice.normal(0.0, 0.1, (points, len(self.rows))))
        return sum(int(self.see(level * each).unusual.sum()) for each in noise)


@pytest.fixture
def watch():
    taught = Watch(series=4)
    taught.healthy(24 * HOURS)
    return taught


def test_noise_alone_is_seldom_unusual():
    calm = Watch(series=20, seed=5)
    days = 5
    calm.healthy(600)
    begun = 0
    was = np.zeros(20, bool)
    for _ in range(days * 1440):
        unusual = calm.see(2.0 * np.exp(calm.dice.normal(0.0, 0.1, 20))).unusual
        begun += int((unusual & ~was).sum())
        was = unusual
    assert begun <= 2.5 * 20 * days / 7


@pytest.mark.parametrize(("factor", "within"), [(2.0, 1), (1.45, 5)])
def test_a_step_is_found_within_points(watch, factor, within):
    found = [watch.see(2.0 * factor * np.exp(watch.dice.normal(0.0, 0.1, 4))).unusual for _ in range(within)]
    assert np.any(found, axis=0).all()


def test_a_slow_drift_is_found(watch):
    found = np.zeros(4, bool)
    for point in range(120):
        found |= watch.see(2.0 * (1 + point / 150) * np.exp(watch.dice.normal(0.0, 0.1, 4))).unusual
    assert found.all()


def test_an_anomaly_is_over_when_the_series_is_calm_again(watch):
    for _ in range(10):
        watch.see(6.0)
    watch.healthy(60)
    assert watch.healthy(1) == 0


def test_what_was_expected_and_its_bounds_are_told(watch):
    verdict = watch.see(2.0)
    assert verdict.expected == pytest.approx(2.0, rel=0.15)
    assert (verdict.low < 1.8).all()
    assert (verdict.high > 2.2).all()
    assert (verdict.high < 4.0).all()


def test_how_unusual_it_is_grows_with_the_distance(watch):
    near, far = watch.see(2.2), watch.see(9.0)
    assert (far.rarity < near.rarity).all()
    assert (far.rarity < 1e-4).all()
    assert (far.strength > 1.0).all()


@pytest.mark.parametrize(("direction", "value"), [("up", 0.3), ("down", 9.0)])
def test_only_the_direction_asked_for_is_unusual(direction, value):
    watch = Watch(direction=direction)
    watch.healthy(600)
    assert not any(watch.see(value).unusual for _ in range(5))


def test_a_constant_series_is_never_unusual_and_a_change_of_it_is():
    watch = Watch()
    assert not any(watch.see(1.0).unusual for _ in range(2000))
    assert not watch.see(3.0).unusual
    assert any(watch.see(3.0).unusual for _ in range(2))


def test_a_small_change_is_of_no_interest_however_unusual():
    watch = Watch(least_effect=0.5)
    for _ in range(500):
        watch.see(1.0)
    assert not any(watch.see(1.4).unusual for _ in range(20))
    assert any(watch.see(1.8).unusual for _ in range(20))


def test_a_young_series_is_not_judged():
    watch = Watch()
    watch.healthy(60)
    assert not watch.see(50.0).unusual


def test_a_restart_is_no_anomaly(watch):
    watch.at_s += 3600.0
    assert not any(watch.see(value).unusual.any() for value in (8.0, 8.0, 2.0, 2.0))


def test_a_point_of_one_call_is_not_believed_like_one_of_many(watch):
    one = Watch(series=4)
    one.healthy(24 * HOURS)
    assert not one.see(3.2, count=1.0).unusual.any()
    assert watch.see(3.2, count=1000.0).unusual.any()


@pytest.mark.parametrize("value", [0.0, 1e12])
def test_any_number_is_judged_without_a_fault(watch, value):
    verdict = watch.see(value)
    for each in (verdict.expected, verdict.low, verdict.high, verdict.strength, verdict.rarity):
        assert np.isfinite(each).all()


def test_errors_that_come_by_chance_are_told_from_a_burst():
    watch = Watch("share", direction="up")
    for _ in range(600):
        watch.see(watch.dice.binomial(50, 0.01) / 50, count=50.0)
    assert not watch.see(1 / 50, count=50.0).unusual
    assert any(watch.see(9 / 50, count=50.0).unusual for _ in range(3))


def test_series_that_come_later_do_not_change_what_is_known_of_the_first():
    panel = Panel(Transform("count"), Wanted(STEP_S, (1e-4,)))
    panel.grow(2)
    panel.update(BEGIN_S, np.arange(2), np.array([5.0, 6.0]), np.ones(2))
    panel.grow(201)
    verdict = panel.update(BEGIN_S + 60, np.arange(201), np.full(201, 5.0), np.ones(201))
    assert verdict.expected.shape == (201,)
    assert verdict.expected[:3] == pytest.approx([5.0, 6.0, 5.0])

import numpy as np
import pytest
from scipy.stats import binom, nbinom, norm

from spanwise_alerts.detect.anomaly.counts import events, failures


def one(function, *numbers):
    return function(*(np.array([float(number)]) for number in numbers))[0]


@pytest.mark.parametrize("mean", [0.05, 0.5, 3.0, 50.0, 4000.0])
@pytest.mark.parametrize("spread", [1.02, 1.3, 3.0])
@pytest.mark.parametrize("seen", [0, 1, 2, 3, 5, 10, 60, 100])
def test_events_are_as_far_out_as_their_tail_is_unlikely(mean, spread, seen):
    wanted = max(mean / (spread - 1), 1.0)
    chance = wanted / (wanted + mean)
    if seen > mean:
        exact = max(norm.isf(nbinom.sf(seen - 1, wanted, chance)), 0.0)
    else:
        exact = min(norm.ppf(nbinom.cdf(seen, wanted, chance)), 0.0)
    if not np.isfinite(exact):
        exact = -38.0
        assert one(events, seen, mean, spread) < -30.0
        return
    assert one(events, seen, mean, spread) == pytest.approx(exact, abs=0.12, rel=0.01)


@pytest.mark.parametrize("tried", [1, 5, 50, 1000])
@pytest.mark.parametrize("chance", [0.005, 0.05, 0.5])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.25, 0.5, 1.0])
def test_failures_are_as_far_out_as_their_tail_is_unlikely(tried, chance, share):
    failed = round(tried * share)
    found = one(failures, failed, tried, chance)
    if failed > tried * chance:
        exact = max(norm.isf(binom.sf(failed - 1, tried, chance)), 0.0)
    else:
        exact = min(norm.ppf(binom.cdf(failed, tried, chance)), 0.0)
    if np.isfinite(exact):
        assert found == pytest.approx(exact, abs=0.12, rel=0.01)
    else:
        assert abs(found) > 30.0


def test_what_was_expected_is_not_out_at_all():
    assert one(events, 50, 50, 1) == pytest.approx(0.0, abs=0.1)
    assert one(failures, 5, 100, 0.05) == pytest.approx(0.0, abs=0.2)


def test_events_in_bursts_are_less_far_out():
    assert one(events, 20, 5, 4) < one(events, 20, 5, 1)


def test_any_numbers_are_judged_without_a_fault():
    odd = np.array([0.0, 1.0, 1e9])
    with np.errstate(all="raise"):
        assert np.isfinite(events(odd, np.zeros(3), np.ones(3))).all()
        assert np.isfinite(events(odd, odd, odd)).all()
        assert np.isfinite(
            failures(np.array([0.0, 1.0, 7.0]), np.array([0.0, 1.0, 7.0]), np.array([0.0, 1.0, 0.5]))
        ).all()

import numpy as np
import pytest

from spanwise_alerts.detect.anomaly.transform import Transform


@pytest.mark.parametrize(
    ("kind", "values"),
    [("amount", [0.0, 0.02, 3.0, 4e6]), ("count", [0.0, 1.0, 250.0]), ("share", [0.0, 0.004, 0.5, 1.0])],
)
def test_values_come_back_as_they_were(kind, values):
    transform = Transform(kind)
    there, _ = transform.forward(np.array(values), np.full(len(values), 50.0))
    assert transform.backward(there) == pytest.approx(values, abs=1e-9)


def test_chance_moves_counts_alike_at_all_sizes():
    dice = np.random.default_rng(1)
    for rate in (4.0, 40.0, 4000.0):
        number, _ = Transform("count").forward(dice.poisson(rate, 20_000).astype(float), np.ones(20_000))
        assert np.std(number) == pytest.approx(1.0, abs=0.05)


def test_chance_moves_shares_alike_whatever_lies_behind_them():
    dice = np.random.default_rng(1)
    for calls in (100, 10_000):
        share = dice.binomial(calls, 0.2, 20_000) / calls
        number, weight = Transform("share").forward(share, np.full(20_000, float(calls)))
        assert np.std(number * weight) == pytest.approx(1.0, abs=0.05)


def test_a_point_of_few_calls_weighs_less():
    _, weight = Transform("amount").forward(np.array([1.0, 1.0]), np.array([1.0, 1000.0]))
    assert weight[0] < 0.2
    assert weight[1] > 0.95


def test_what_is_below_the_offset_makes_no_difference():
    number, _ = Transform("amount", offset=0.01).forward(np.array([0.0, 0.0001, 1.0]), np.ones(3))
    assert number[1] - number[0] < 0.01 < number[2] - number[1]

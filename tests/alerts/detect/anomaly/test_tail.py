from statistics import NormalDist

import numpy as np
import pytest

from spanwise_alerts.detect.anomaly.tail import Tail

ROW = np.array([0])


def taught(scores, weight=1.0):
    tail = Tail(1, weight)
    for score in scores:
        tail.learn(ROW, np.array([score]), np.array([np.inf]))
    return tail


def test_a_young_series_has_the_tail_of_the_normal_distribution():
    assert Tail(1, 1.0).threshold(ROW, 1e-3)[0] == pytest.approx(NormalDist().inv_cdf(1 - 1e-3), rel=0.05)


@pytest.mark.parametrize("draw", ["standard_normal", "standard_exponential"])
def test_as_many_points_are_beyond_the_threshold_as_were_asked_for(draw):
    dice = np.random.default_rng(3)
    tail = taught(getattr(dice, draw)(60_000))
    beyond = np.mean(getattr(dice, draw)(400_000) > tail.threshold(ROW, 1e-3)[0])
    assert 3e-4 < beyond < 3e-3


def test_the_threshold_is_never_below_what_chance_does_to_a_normal_score():
    tail = taught(np.random.default_rng(3).uniform(0.0, 0.6, 5_000))
    assert tail.threshold(ROW, 1e-4)[0] >= NormalDist().inv_cdf(1 - 1e-4)


def test_a_score_on_the_threshold_is_as_rare_as_the_threshold_says():
    tail = taught(np.random.default_rng(3).standard_exponential(20_000))
    threshold = tail.threshold(ROW, 1e-4)
    assert tail.rarity(ROW, threshold)[0] == pytest.approx(1e-4, rel=1e-6)


def test_no_score_is_learned_higher_than_it_may_count():
    tail = Tail(1, 1.0)
    for _ in range(50):
        tail.learn(ROW, np.array([1e9]), np.array([4.0]))
    assert tail.threshold(ROW, 1e-4)[0] < 20.0


def test_scores_that_are_alike_from_point_to_point_count_less():
    wild = [8.0] * 30
    assert taught(wild, 0.1).threshold(ROW, 1e-4)[0] < taught(wild, 1.0).threshold(ROW, 1e-4)[0]


def test_room_for_more_series_changes_nothing_for_the_old_ones():
    tail = taught(np.random.default_rng(3).standard_exponential(5_000))
    before = tail.threshold(ROW, 1e-4)[0]
    tail.columns.grow(7)
    assert tail.threshold(ROW, 1e-4)[0] == before
    assert tail.threshold(np.array([6]), 1e-4)[0] == Tail(1, 1.0).threshold(ROW, 1e-4)[0]

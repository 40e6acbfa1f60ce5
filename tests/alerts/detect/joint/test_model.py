from __future__ import annotations

import numpy as np
import pytest

from spanwise_alerts.alert import Labels
from spanwise_alerts.detect.joint.features import FEATURES
from spanwise_alerts.detect.joint.model import LEAST_ROWS, Floats, Model
from tests.alerts.detect.joint.fleet import labels_of

WEEK = 2016
RARE = [1 / WEEK]


def rows(count: int, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    return rng.normal(3.0, 0.5, (count, len(FEATURES)))


def agents(count: int, each: int = WEEK) -> dict[Labels, Floats]:
    return {labels_of(f"a{n}"): rows(each, n) for n in range(count)}


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(agents(5), 0.0, up=True)


def test_what_is_usual_alarms_as_seldom_as_was_asked(model: Model):
    odd = 0
    for place, labels in enumerate(agents(5, 1)):
        scaled = model._scaled(model.agents[labels], rows(4 * WEEK, 100 + place))
        odd += int((model._scores(scaled) > model._tails.get(labels, model._all).threshold(RARE[0])).sum())
    assert 0.2 <= odd / 5 / 4 <= 2.5  # alarms of an agent in a week; one was asked for


def test_many_small_changes_for_the_worse_are_seen_together_and_named(model: Model):
    row = np.full(len(FEATURES), 3.0)
    row[[1, 3, 5]] += [1.5, 2.0, 1.5]  # three, four and three spreads
    score = model.score({labels_of("a0"): row}, RARE)[labels_of("a0")]
    assert score.unusual == (True,)
    assert score.rarity < RARE[0]
    assert {place for place, _ in score.telling} == {1, 3, 5}


def test_what_is_better_than_usual_is_no_trouble_unless_both_directions_are(model: Model):
    row = {labels_of("a0"): np.full(len(FEATURES), 3.0) - 2.5}
    assert model.score(row, RARE)[labels_of("a0")].unusual == (False,)
    assert Model(agents(2), 0.0, up=False).score(row, RARE)[labels_of("a0")].unusual == (True,)


def test_a_constant_agent_and_one_that_knows_little_do_not_alarm():
    known = {labels_of("still"): np.full((500, len(FEATURES)), 2.0), labels_of("young"): rows(LEAST_ROWS - 1)}
    model = Model({**known, **agents(1)}, 0.0, up=True)
    nearly = {labels: np.full(len(FEATURES), 2.05) for labels in known}
    scores = model.score(nearly, RARE)
    assert list(scores) == [labels_of("still")]
    assert scores[labels_of("still")].unusual == (False,)


def test_numbers_that_are_missing_are_as_usual(model: Model):
    score = model.score({labels_of("a0"): [float("nan")] * len(FEATURES)}, RARE)[labels_of("a0")]
    assert (score.unusual, score.value) == ((False,), 0.0)


def test_the_same_rows_make_the_same_model_and_other_rows_another(model: Model):
    again = Model(agents(5), 0.0, up=True)
    row = {labels_of("a1"): rows(1, 7)[0]}
    assert again.version == model.version
    assert again.score(row, RARE) == model.score(row, RARE)
    assert Model(agents(4), 0.0, up=True).version != model.version


def test_an_incident_of_the_past_does_not_hide_the_next_one():
    known = agents(3)
    for found in known.values():
        found[500:520] += 4.0
    model = Model(known, 0.0, up=True)
    row = np.full(len(FEATURES), 3.0)
    row[:4] += 2.0
    assert model.score({labels_of("a0"): row}, RARE)[labels_of("a0")].unusual == (True,)


def test_without_enough_rows_there_is_no_model():
    with pytest.raises(ValueError, match="no agent has 100 stretches"):
        Model({labels_of("a"): rows(10)}, 0.0, up=True)

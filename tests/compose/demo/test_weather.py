"""How the demo's provider behaves in good and in bad weather."""

import random
import statistics

import pytest

from spanwise_stack.demo.weather import MODELS, REFUSING_MODEL, SLOW_MODEL, UNPRICED_MODEL, Weather


def weather(*, faulty):
    return Weather(random.Random(5), faulty)


@pytest.mark.parametrize("model", MODELS)
def test_without_a_fault_answers_take_about_the_median_and_none_is_refused(model):
    calm = weather(faulty=False)
    durations = [calm.duration_s(model) for _ in range(2_000)]
    assert statistics.median(durations) == pytest.approx(MODELS[model], rel=0.05)
    assert max(durations) < 1.5
    assert not any(calm.refuses(model) for _ in range(100))


def test_the_fault_slows_one_model_down_and_makes_another_refuse():
    bad = weather(faulty=True)
    assert statistics.median(bad.duration_s(SLOW_MODEL) for _ in range(500)) > 2.5
    assert statistics.median(bad.duration_s(UNPRICED_MODEL) for _ in range(500)) < 0.3
    assert 0.35 < statistics.mean(bad.refuses(REFUSING_MODEL) for _ in range(2_000)) < 0.55
    assert not any(bad.refuses(SLOW_MODEL) for _ in range(100))

import re

from spanwise_schema.measures import MEASURES, RECORDED
from spanwise_schema.metrics import METRICS


def test_names_are_unique_and_legal():
    names = [metric.name for metric in METRICS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"(gen_ai|spanwise)_[a-z_]+", name) for name in names)


def test_a_counter_does_not_name_its_suffix():
    assert not [metric.name for metric in METRICS if metric.name.endswith(("_total", "_bucket", "_sum", "_count"))]


def test_every_recorded_measure_is_exposed_once():
    assert sorted(metric.measure for metric in METRICS if metric.measure) == sorted(RECORDED)


def test_histogram_bounds_rise_and_fit_the_fold():
    for metric in METRICS:
        assert list(metric.buckets) == sorted(set(metric.buckets))
        assert len(metric.buckets) < 32
        assert (metric.type == "histogram") == bool(metric.buckets)


def test_labels_are_dimensions_of_the_measure():
    for metric in METRICS:
        if metric.measure:
            assert set(metric.dimensions) <= set(MEASURES[metric.measure].dimensions)


def test_help_is_a_sentence():
    assert all(metric.help.endswith(".") for metric in METRICS)

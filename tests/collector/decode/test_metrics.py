import math

import pytest

from spanwise_collector.decode import metrics as module
from spanwise_collector.decode.metrics import read_metrics
from spanwise_collector.errors import Malformed, TooLarge
from tests.support.otlp import NOW_NS
from tests.support.otlp_signals import (
    CUMULATIVE,
    DELTA,
    counter,
    exponential,
    gauge,
    histogram,
    metrics,
    number,
    summary,
    up_down,
)


def read(*made, **origin):
    return read_metrics(metrics(made, **origin).SerializeToString())


def only(*made, **origin):
    found = read(*made, **origin)
    assert found.rejected == {}
    (point,) = found.points
    return point


def test_a_counter_is_read_with_where_it_comes_from():
    point = only(counter("x.y", [number(3, {"b": True, "a": 1.5})], "s"), resource={"service.name": "z"}, scope="acme")
    assert (point.name, point.unit, point.type, point.temporality) == ("x.y", "s", "counter", "delta")
    assert (point.resource, point.scope) == ((("service.name", "z"),), ("acme", ""))
    assert point.attributes == (("a", "1.5"), ("b", "true"))
    assert (point.start_ns, point.time_ns, point.values) == (NOW_NS - 60, NOW_NS, (3.0,))


@pytest.mark.parametrize("temporality", [DELTA, CUMULATIVE])
def test_a_sum_that_may_fall_is_a_gauge(temporality):
    point = only(up_down("x", [number(-2)], temporality=temporality))
    assert (point.type, point.values) == ("gauge", (-2.0,))
    assert point.temporality == ("delta" if temporality == DELTA else "cumulative")


def test_a_gauge_tells_what_is_true_now():
    assert only(gauge("x", [number(0.5)])).temporality == "newest"


def test_a_histogram_has_its_sum_and_its_buckets():
    point = only(histogram("x", [1, 2, 3], [0.5, 1.0], 7.5))
    assert (point.bounds, point.values) == ((0.5, 1.0), (7.5, 1.0, 2.0, 3.0))


def test_a_histogram_without_bounds_is_one_bucket():
    made = histogram("x", [], [], 7.5)
    made.histogram.data_points[0].count = 4
    assert only(made).values == (7.5, 4.0)


def test_an_exponential_histogram_is_its_count_and_sum():
    assert only(exponential("x", 4, 2.5)).values == (2.5, 4.0)


def test_a_summary_has_count_sum_and_quantiles():
    point = only(summary("x", 4, 2.5, {0.99: 1.0, 0.5: 0.4, 0.1: math.nan}))
    assert (point.type, point.bounds, point.values) == ("summary", (0.5, 0.99), (4.0, 2.5, 0.4, 1.0))


def test_a_series_that_ended_has_no_value():
    assert only(gauge("x", [number(None, flags=1)])).values == ()


def test_attributes_that_are_no_labels_are_left_out_and_long_ones_cut():
    point = only(gauge("x", [number(1, {"a": [1], "b": {"c": 1}, "d": b"1", "e": None, "f": "y" * 300})]))
    assert point.attributes == (("f", "y" * 256),)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (gauge("x", [number(None)]), "no value"),
        (gauge("", [number(1)]), "no name"),
        (gauge("x", [number(1, time_ns=0)]), "no time"),
        (gauge("x", [number(1, time_ns=2**63)]), "time out of range"),
        (gauge("x", [number(math.nan)]), "not a finite number"),
        (gauge("x", [number(math.inf)]), "not a finite number"),
        (counter("x", [number(1)], temporality=0), "no temporality"),
        (counter("x", [number(-1)]), "a negative count"),
        (histogram("x", [1, 2], [1.0, 2.0], 1), "buckets that fit no bounds"),
        (histogram("x", [1, 2, 3], [2.0, 1.0], 1), "bounds that do not grow"),
    ],
)
def test_a_bad_point_is_refused_with_the_reason_and_the_good_half_kept(bad, reason):
    found = read(bad, gauge("good", [number(1)]))
    assert [point.name for point in found.points] == ["good"]
    assert found.rejected == {reason: 1}


def test_other_bytes_are_malformed():
    with pytest.raises(Malformed, match="expected an ExportMetricsServiceRequest as protobuf, got 3 bytes"):
        read_metrics(b"\xff\xff\xff")


def test_more_points_than_a_request_may_have_are_too_large(monkeypatch):
    monkeypatch.setattr(module, "MAX_POINTS", 2)
    read(gauge("x", [number(1), number(2)]))
    with pytest.raises(TooLarge, match="at most 2 data points"):
        read(gauge("x", [number(1), number(2), number(None)]))

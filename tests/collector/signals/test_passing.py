import msgspec

from spanwise_collector.point import Point
from spanwise_collector.signals.passing import STALE_NS, Passing
from spanwise_schema.measures import NANO
from spanwise_schema.metrics import METRICS

NOW_NS = 1_795_000_000 * NANO


def point(name="x", value=1.0, *, unit="", kind="gauge", temporality="newest", time_ns=1, **attributes):
    told = tuple(sorted(attributes.items()))
    return Point(name, unit, kind, temporality, (("service.name", "a"),), ("", ""), told, 0, time_ns, (), (value,))


def shown(passing, now_ns=NOW_NS):
    return {family.name: [values for _, _, values in family.series] for family in passing.families(now_ns)}


def test_a_metric_is_shown_with_its_type_and_labels():
    passing = Passing()
    passing.add([point("gpu.load", 0.5, unit="1", gpu="0"), point("gpu.load", 0.7, unit="1", gpu="1")], NOW_NS)
    (family,) = passing.families(NOW_NS)
    assert (family.name, family.type) == ("gpu_load_ratio", "gauge")
    assert [(labels["gpu"], values) for labels, _, values in family.series] == [("0", (0.5,)), ("1", (0.7,))]
    assert passing.points == {"shown": 2}


def test_a_series_that_is_not_told_for_five_minutes_goes_and_comes_back_with_what_it_counted():
    passing = Passing()
    delta = {"kind": "counter", "temporality": "delta"}
    passing.add([point(value=2.0, time_ns=1, **delta)], NOW_NS)
    assert shown(passing, NOW_NS + STALE_NS - 1) == {"x": [(2.0,)]}
    assert shown(passing, NOW_NS + STALE_NS) == {}
    passing.add([point(value=3.0, time_ns=2, **delta)], NOW_NS + 2 * STALE_NS)
    assert shown(passing, NOW_NS + 2 * STALE_NS) == {"x": [(5.0,)]}


def test_beyond_the_limit_series_are_counted_and_not_shown_until_old_ones_are_stale():
    passing = Passing(limit=2)
    passing.add([point(n=str(n)) for n in range(5)], NOW_NS)
    assert (len(passing), passing.points) == (2, {"shown": 2, "too_many_series": 3})
    passing.add([point(n="0")], NOW_NS + STALE_NS)
    passing.add([point(n="9")], NOW_NS + STALE_NS + 1)
    assert len(passing) == 2
    assert shown(passing, NOW_NS + STALE_NS + 1) == {"x": [(1.0,), (1.0,)]}


def test_names_of_ours_are_never_taken():
    passing = Passing()
    names = ["spanwise.anything", "process.open_fds", *(metric.name for metric in METRICS)]
    passing.add([point(name) for name in names], NOW_NS)
    passing.add([point("gen_ai_client_operation_duration_seconds_count"), point("spanwise_run_steps_bucket")], NOW_NS)
    passing.add([point("gen_ai.client.operation.duration", unit="s", kind="gauge")], NOW_NS)
    assert passing.families(NOW_NS) == []
    assert set(passing.points) == {"name_taken"}


def test_a_name_has_one_type():
    passing = Passing()
    passing.add([point("x"), point("x", kind="counter", temporality="delta")], NOW_NS)
    assert passing.points == {"shown": 1, "other_type": 1}


def test_what_a_checkpoint_keeps_goes_on_where_it_was():
    before, after = Passing(), Passing()
    told = [point("c", 2.0, kind="counter", temporality="delta", a="1"), point("g", 3.0)]
    before.add(told, NOW_NS)
    after.load(msgspec.msgpack.decode(msgspec.msgpack.encode(before.dump())))
    assert shown(after) == shown(before)
    after.add(told, NOW_NS)
    assert shown(after)["c"] == [(2.0,)]  # sent again, counted once
    after.load(None)
    assert shown(after) == shown(before)

import math

import numpy as np
import pytest

from spanwise_collector.query import Query
from spanwise_collector.rollup.rollup import Rollup, answer_saved
from spanwise_schema.measures import MEASURES, NANO
from spanwise_schema.metrics import OTHER
from tests.support.rows import NOON, SECOND, batch, row


def ask(measure, stat, by=(), where=None, *, window_s=300, at_s=1.0):
    filters = {name: frozenset([value]) for name, value in (where or {}).items()}
    return Query(MEASURES[measure], stat, tuple(by), filters, window_s * NANO, NOON + round(at_s * SECOND))


def ask_often(measure, stat, *, start_s, step_s, points, window_s=None):
    window_ns = round((window_s or step_s) * NANO)
    return Query(MEASURES[measure], stat, (), {}, window_ns, NOON + start_s * SECOND, step_s * SECOND, points)


def only(series):
    assert len(series) == 1
    return series[0].points[0]


def value(rollup, *args, **kwargs):
    return only(rollup.answer(ask(*args, **kwargs))).value


def calls(durations, **values):
    return batch(*(row(n + 1, took_s=d, model="m", **values) for n, d in enumerate(durations)))


@pytest.fixture
def rollup():
    return Rollup()


@pytest.mark.parametrize("stat", ["p50", "p90", "p95", "p99"])
@pytest.mark.parametrize("size", [1, 2, 3, 10, 1000])
def test_percentiles_are_within_one_percent_of_numpy(rollup, stat, size):
    durations = np.random.default_rng(size).lognormal(0, 1.5, size)
    rollup.add(calls(durations), NOON)
    truth = np.quantile(durations, int(stat[1:]) / 100)
    assert value(rollup, "llm.duration", stat) == pytest.approx(truth, rel=0.01)


def test_counts_and_sums_are_exact(rollup):
    durations = [0.1, 0.2, 0.7]
    rollup.add(calls(durations, input_tokens=7, output_tokens=3, cost_pico_usd=1), NOON)
    assert value(rollup, "llm.calls", "count") == 3
    assert value(rollup, "llm.duration", "sum") == 1.0
    assert value(rollup, "llm.duration", "max") == 0.7
    assert value(rollup, "llm.duration", "mean") == pytest.approx(1 / 3, abs=1e-12)
    assert value(rollup, "llm.tokens.input", "sum") == 21
    assert value(rollup, "llm.cost", "sum") == 3e-12
    assert value(rollup, "llm.calls", "rate") == 3 / 300


def test_what_was_not_told_is_no_number(rollup):
    rollup.add(calls([1.0]), NOON)
    assert rollup.answer(ask("llm.tokens.input", "sum")) == []
    assert rollup.answer(ask("llm.cost", "sum")) == []
    assert rollup.answer(ask("llm.ttft", "p95")) == []


def test_zero_tokens_are_a_number(rollup):
    rollup.add(calls([1.0, 1.0], cache_read_tokens=0), NOON)
    assert value(rollup, "llm.tokens.cache_read", "p95") == 0


def test_errors_are_counted_among_calls(rollup):
    rollup.add(
        batch(row(1, model="a"), row(2, model="a", error_type="429"), row(3, model="b"), row(4, model="b")), NOON
    )
    ratio = {s.labels["model"]: s.points[0] for s in rollup.answer(ask("llm.errors", "ratio", ["model"]))}
    assert (ratio["a"].value, ratio["a"].count) == (0.5, 2)
    assert (ratio["b"].value, ratio["b"].count) == (0.0, 2)
    assert value(rollup, "llm.errors", "count") == 1


def test_groups_and_filters(rollup):
    rollup.add(batch(row(1, model="a", agent="x"), row(2, model="b", agent="x"), row(3, model="a")), NOON)
    found = rollup.answer(ask("llm.calls", "count", ["model", "agent"]))
    assert [(dict(s.labels), s.points[0].value) for s in found] == [
        ({"model": "a", "agent": ""}, 1),
        ({"model": "a", "agent": "x"}, 1),
        ({"model": "b", "agent": "x"}, 1),
    ]
    assert value(rollup, "llm.calls", "count", where={"agent": "x"}) == 2
    assert value(rollup, "llm.calls", "count", where={"agent": ""}) == 1
    assert rollup.answer(ask("llm.calls", "count", where={"agent": "nobody"})) == []


def test_a_window_holds_only_what_ended_in_it(rollup):
    rollup.add(batch(row(1, at_s=-400), row(2, at_s=-200), row(3, at_s=0), row(4, at_s=60)), NOON)
    assert value(rollup, "llm.calls", "count", at_s=0) == 2
    assert value(rollup, "llm.calls", "count", at_s=60, window_s=10) == 1


def test_old_windows_are_coarser_and_lose_nothing(rollup):
    for minute in range(200):
        rollup.add(batch(row(minute + 1, at_s=minute * 60.0)), NOON + minute * 60 * SECOND)
    assert value(rollup, "llm.calls", "count", at_s=200 * 60, window_s=201 * 60) == 200
    assert value(rollup, "llm.calls", "count", at_s=200 * 60, window_s=600) == 10


def test_points_over_time_share_the_calls_out(rollup):
    rollup.add(batch(*(row(n + 1, at_s=n * 10.0 + 5) for n in range(12))), NOON)
    found = rollup.answer(ask_often("llm.calls", "count", start_s=60, step_s=60, points=2))
    assert [(p.at_ns, p.value) for p in found[0].points] == [(NOON + 60 * SECOND, 6), (NOON + 120 * SECOND, 6)]
    overlapping = rollup.answer(ask_often("llm.calls", "count", start_s=60, step_s=30, points=3, window_s=60))
    assert [p.value for p in overlapping[0].points] == [6, 6, 6]


def test_what_was_saved_gives_what_the_windows_gave(rollup):
    rollup.add(batch(*(row(n, at_s=-n, took_s=0.1 * n, model="m", parent=None) for n in range(1, 20))), NOON)
    for query in (ask("llm.duration", "p95", ["model"]), ask("llm.calls", "count"), ask("llm.duration", "sum")):
        assert answer_saved(query, rollup.unsaved()) == rollup.answer(query)


def test_what_is_out_of_reach_of_the_windows_is_saved(rollup):
    rollup.add(batch(row(1, at_s=-30 * 86_400)), NOON)
    (series,) = answer_saved(ask("llm.calls", "count", at_s=-30 * 86_400), rollup.unsaved())
    assert series.points[0].value == 1
    assert answer_saved(ask("llm.calls", "count"), rollup.unsaved()) == []


def test_history_is_asked_where_the_windows_do_not_reach(rollup):
    assert rollup.live(ask("llm.calls", "count"), NOON)
    assert not rollup.live(ask("llm.calls", "count", window_s=3 * 86_400), NOON)
    assert not rollup.live(ask("llm.calls", "count", at_s=3_600), NOON)


def test_points_out_of_reach_are_counted_not_windowed(rollup):
    rollup.add(batch(row(1, at_s=-3 * 86_400), row(2, at_s=3_600), row(3)), NOON)
    assert rollup.unwindowed == {"old": 1, "future": 1}
    assert value(rollup, "llm.calls", "count") == 1
    total = rollup.totals.of["gen_ai_client_operation_duration_seconds"]
    assert sum(row.count for row in total.values()) == 3


def test_too_many_label_values_are_folded_and_counted():
    rollup = Rollup(label_values=3)
    rollup.add(batch(*(row(n, model=f"model-{n}") for n in range(1, 11))), NOON)
    found = {s.labels["model"]: s.points[0].value for s in rollup.answer(ask("llm.calls", "count", ["model"]))}
    assert found[OTHER] == 7
    assert len(found) == 4
    assert rollup.book.folded["model"] == 7


def test_a_separator_in_a_label_does_not_shift_labels(rollup):
    rollup.add(batch(row(1, model="a\x1fb", agent="x\x1fy")), NOON)
    assert rollup.answer(ask("llm.calls", "count", ["agent", "model"]))[0].labels == {"agent": "x y", "model": "a b"}


def test_histograms_count_by_their_bounds(rollup):
    rollup.add(calls([0.01, 0.010000001, 81.92, 1000.0]), NOON)
    (total,) = rollup.totals.of["gen_ai_client_operation_duration_seconds"].values()
    assert total.buckets[0] == 1
    assert total.buckets[1] == 1
    assert total.buckets[-2:] == [1, 1]
    assert total.sum == round(1081.940000001 * SECOND)


def test_unpriced_calls_are_counted_with_their_tokens(rollup):
    unpriced = {"provider": "acme", "model": "m1", "cost_source": "unpriced", "input_tokens": 5}
    rollup.add(batch(row(1, **unpriced), row(2, **unpriced, output_tokens=2), row(3, cost_source="computed")), NOON)
    assert rollup.unpriced.of == {("shop", "acme", "m1", "", ""): [2, 12]}


def test_a_checkpoint_brings_everything_back():
    before, after = Rollup(), Rollup()
    first = batch(
        row(1, "agent", trace=5, agent="a"), row(2, cost_source="unpriced", provider="p", model="m", took_s=3),
        row(5, resends=1, cost_pico_usd=7),
    )  # fmt: skip
    before.add(first, NOON)
    state, saved = before.checkpoint()
    after.restore(state, saved, NOON)
    more = batch(row(3, trace=5, parent=None), row(4, model="m"))
    before.add(more, NOON)
    after.add(more, NOON)
    for query in (ask("llm.duration", "p99", ["model"]), ask("run.duration", "count"), ask("llm.calls", "count")):
        assert after.answer(query) == before.answer(query)
    assert after.totals.of == before.totals.of
    assert after.unpriced.of == before.unpriced.of
    assert after.retried.of == before.retried.of == {("shop", "", "", "", "", ""): [1, 7]}
    assert math.isclose(value(after, "llm.duration", "sum"), 6)


def test_a_second_checkpoint_holds_only_what_is_new(rollup):
    rollup.add(calls([1.0]), NOON)
    rollup.checkpoint()
    rollup.saved()
    assert rollup.checkpoint()[1].height == 0


def test_a_checkpoint_that_was_not_saved_comes_again(rollup):
    rollup.add(calls([1.0]), NOON)
    assert rollup.checkpoint()[1].height == rollup.checkpoint()[1].height == 1

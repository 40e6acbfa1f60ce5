from __future__ import annotations

import pytest

from spanwise_collector import runaways
from spanwise_collector.reader import RunawayFilter
from spanwise_collector.rollup.runaway import runaway_of
from spanwise_collector.rollup.summary import SPANS, in_order
from spanwise_schema.runaway import SIGNS
from tests.support.rows import NOON, SECOND, batch
from tests.support.runaways import HEALTHY, ask, back_and_forth, failing, mapping, rows, stuck

USUAL = {sign.name: sign.default for sign in SIGNS if sign.default}


def found(steps, **more):
    spans = in_order(batch(*rows(steps, **more)).select(list(SPANS)))
    return runaway_of(spans, spans["end_ns"].max())


def told(*runs, bounds=USUAL, period=6, **more):
    return runaways.told([run for run in runs if run], RunawayFilter(bounds, period, **more))


def test_a_loop_is_told_with_what_it_burnt_and_will_burn():
    (one,) = told(found([*mapping(2), *stuck(6)]))
    assert one["trace_id"] == "0" * 31 + "1"
    assert (one["status"], one["agent"], one["sign"], one["value"], one["bound"]) == (
        "running", "researcher", "repeats", 6, 5,
    )  # fmt: skip
    assert (one["cycle"], one["repetitions"], one["same_results"], one["error"]) == (["search"], 6, True, None)
    assert (one["tokens"], one["tokens_since"]) == (8_000, 6_000)
    assert (one["cost_usd"], one["cost_usd_since"]) == (pytest.approx(0.08), pytest.approx(0.06))
    lasted_s = 6 * 2.42 + 5 * 0.02
    assert one["cost_usd_per_hour"] == pytest.approx(0.06 * 3600 / lasted_s, rel=0.01)
    assert one["tokens_per_hour"] == pytest.approx(6_000 * 3600 / lasted_s, rel=0.01)
    assert one["since"] == pytest.approx(NOON / SECOND + 2 * 2.86, abs=0.1)


@pytest.mark.parametrize("name", HEALTHY)
def test_no_healthy_run_is_told_at_any_length(name):
    whole = HEALTHY[name]
    for length in range(1, len(whole) + 1, max(1, len(whole) // 40)):
        assert told(found(whole[:length])) == [], (name, length)


def test_a_run_that_loops_in_two_ways_is_told_by_the_first():
    (one,) = told(found(failing(9)))
    assert (one["sign"], one["error"], one["repetitions"]) == ("same_error", "OperationalError", 9)


def test_bounds_are_those_that_are_asked_for():
    run = found(stuck(6))
    assert told(run, bounds={"repeats": 7}) == []
    assert told(run, bounds={"repeats": 6}) != []
    assert told(run, bounds={}) == []
    assert told(run, bounds={"no_progress": 6})[0]["sign"] == "no_progress"
    assert told(found(back_and_forth(6, 4)), period=3) == []
    assert told(found(back_and_forth(6, 4)), period=4) != []


def test_a_run_that_burns_is_told_from_its_beginning():
    (one,) = told(found([ask(tokens=400_000)] * 3))
    assert (one["sign"], one["cycle"], one["repetitions"]) == ("cost_per_minute", [], None)
    assert one["tokens_since"] == one["tokens"] == 1_200_000


def test_what_is_not_known_is_null():
    spans = [{**row, "input_tokens": None, "cost_pico_usd": None} for row in rows(stuck(6))]
    frame = in_order(batch(*spans).select(list(SPANS)))
    (one,) = told(runaway_of(frame, frame["end_ns"].max()))
    assert one["tokens"] is one["cost_usd"] is one["tokens_per_hour"] is one["cost_usd_per_hour"] is None


def test_runs_are_filtered_and_the_dearest_comes_first():
    runs = [found(stuck(6)), found([*stuck(5), ask(tokens=9_000), *stuck(6)[1:]], trace=2, agent="dear")]
    assert [one["agent"] for one in told(*runs)] == ["dear", "researcher"]
    assert [one["agent"] for one in told(*runs, agent="researcher")] == ["researcher"]
    assert [one["agent"] for one in told(*runs, limit=1)] == ["dear"]
    assert told(*runs, service="other") == []
    assert told(*runs, tenant="") != []


def test_those_under_way_are_counted_by_agent_and_sign_with_what_they_burn():
    away, burning = runaways.counted([run for run in (found([*mapping(2), *stuck(6)]), found(mapping(3))) if run])
    (labels,) = away
    assert away[labels] == 1
    assert (labels[1], labels[-1]) == ("researcher", "repeats")
    assert burning[labels[:-1]] == pytest.approx(0.06 * 3600 / (6 * 2.42 + 5 * 0.02), rel=0.01)

from __future__ import annotations

import polars as pl

from spanwise_collector.rollup.runaway import runaway_of
from spanwise_collector.rollup.summary import SPANS, in_order
from tests.support.rows import NOON, SECOND, batch, row
from tests.support.runaways import HEALTHY, ask, back_and_forth, call, failing, mapping, rows, stuck, times


def looked(steps, now_s=None):
    spans = in_order(batch(*steps).select(list(SPANS)))
    now_ns = spans["end_ns"].max() if now_s is None else NOON + round(now_s * SECOND)
    return runaway_of(spans, now_ns)


def test_a_loop_is_told_with_what_it_burnt_since_it_began():
    found = looked(rows([*mapping(3), *stuck(6)]))
    assert found.signs["repeats"] == 6
    assert found.loops["repeats"].cycle == ("search",)
    assert found.used == (9_000, 90_000_000_000)
    assert found.in_loop["repeats"] == (6_000, 60_000_000_000)
    assert (found.agent, found.service, found.steps) == ("researcher", "shop", 21)


def test_tokens_and_money_that_nobody_told_are_null():
    silent = [{**each, "input_tokens": None, "cost_pico_usd": None} for each in rows(stuck(6))]
    assert looked(silent).used == (None, None)
    assert looked(silent).in_loop["repeats"] == (None, None)


def test_a_run_is_known_by_its_own_span_before_that_came():
    found = looked(rows(stuck(6)))
    assert found.running
    assert found.span_id == (1).to_bytes(8, "big")
    root = row(1, "agent", parent=None, agent="researcher", at_s=20, took_s=20)
    ended = looked([*rows(stuck(6)), root])
    assert not ended.running
    assert ended.span_id == found.span_id


def test_an_inner_run_has_ended_with_its_own_span_though_the_trace_goes_on():
    inner = row(1, "agent", parent=50, agent="inner", at_s=20, took_s=20)
    assert not looked([*rows(stuck(6)), inner]).running


def test_steps_below_other_spans_belong_to_the_agent_above():
    nodes, steps = [], []
    for number, each in enumerate(rows(stuck(6)), 500):
        nodes.append(row(number, None, parent=1, at_s=0.1))
        steps.append({**each, "parent_span_id": number.to_bytes(8, "big")})
    assert looked([*nodes, *steps]).signs["repeats"] == 6


def test_agents_side_by_side_with_the_same_first_call_do_not_repeat_it():
    found = looked(rows(HEALTHY["side_by_side"]))
    assert found.signs["fan_out"] == 60
    assert "repeats" not in found.signs


def test_calls_of_a_tool_that_asks_models_itself_are_its_own():
    outer = rows(times(6, lambda n: [ask(), call("delegate", {"task": n})]))
    tools = [each for each in outer if each["tool"]]
    inner = [
        each
        for number, tool in enumerate(tools)
        for each in rows([ask(), call("schema", {}, "t")], first=5000 + 10 * number)
        if each.update(parent_span_id=tool["span_id"]) is None
    ]
    found = looked([*outer, *inner])
    assert "repeats" not in found.signs if found else True


def test_the_same_error_is_told_with_its_name():
    found = looked(rows(failing(9)))
    assert found.signs["same_error"] == 9
    assert found.loops["same_error"].error == "OperationalError"


def test_what_may_be_no_loop_counts_a_tenth():
    found = looked(rows(HEALTHY["polling"]))
    assert found is None or found.signs.get("repeats", 0) <= 4


def test_pace_is_that_of_the_last_minute():
    steps = rows([ask(tokens=60_000)] * 3)
    assert looked(steps).signs["tokens_per_minute"] == 180_000
    assert round(looked(steps).signs["cost_per_minute"], 6) == 1.8
    assert looked(steps, now_s=90) is None


def test_growth_of_the_context_is_told_once_it_is_large():
    grown = times(6, lambda n: [ask(tokens=1_000 * 2**n), call("read", {"id": n})])
    assert looked(rows(grown)).signs["context_growth"] == 32
    small = times(6, lambda n: [ask(tokens=100 * 2**n), call("read", {"id": n})])
    assert looked(rows(small)) is None


def test_agents_within_agents_are_counted_as_far_as_they_are_known():
    heads = [row(number, "agent", parent=number - 1, agent="clone", at_s=1) for number in range(2, 8)]
    found = looked([*heads, row(90, "llm", parent=7, agent="clone")])
    assert found.signs["depth"] == 7


def test_parents_in_a_circle_end():
    heads = [row(2, None, parent=3), row(3, None, parent=2)]
    assert looked([*heads, *rows([*stuck(5)])]).signs["repeats"] == 5
    circle = [{**each, "parent_span_id": (2).to_bytes(8, "big")} for each in rows(stuck(5))]
    assert looked([*heads, *circle]).signs["repeats"] == 5


def test_a_trace_without_calls_is_none():
    assert looked([row(1, "agent", parent=None)]) is None


def test_a_call_that_two_tracers_told_is_one():
    twice = [
        other
        for each in rows(back_and_forth(5))
        for other in (each, {**each, "span_id": b"d" + each["span_id"][1:], "token_scope": "duplicate",
                             "input_tokens": None, "cost_pico_usd": None})
    ]  # fmt: skip
    found = looked(twice)
    assert found.signs["repeats"] == 5
    assert found.used == (10_000, 100_000_000_000)


def test_only_the_newest_steps_of_a_long_run_are_searched_but_all_are_counted():
    spans = in_order(batch(*rows([*mapping(900), *stuck(5)])).select(list(SPANS)))
    found = runaway_of(spans, spans["end_ns"].max())
    assert found.steps == 2_710
    assert found.signs["repeats"] == 5
    assert isinstance(spans, pl.DataFrame)

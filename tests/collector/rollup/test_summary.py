import polars as pl
import pytest

from spanwise_collector.rollup.summary import LOST_NS, QUIET_NS, RUN, in_order, summary, with_status
from tests.support.rows import batch, row

AGENT = row(1, "agent", parent=None, agent="a", at_s=10, took_s=10)


def one(*rows):
    (found,) = summary(in_order(batch(AGENT, *rows))).filter(pl.col("agent") == "a").to_dicts()
    return found


def tools(*calls):
    """Calls of tools, one after the other: name and arguments."""
    rows = [
        row(number, "tool", parent=1, at_s=number, tool=name, tool_arguments=arguments)
        for number, (name, arguments) in enumerate(calls, 2)
    ]
    return one(*rows)["repeated_tool_calls"]


def test_no_span_is_no_run():
    assert summary(in_order(batch())).schema == RUN


def test_shares_are_of_the_time_that_calls_cover_together():
    calls = [
        row(2, "llm", parent=1, at_s=4, took_s=3),
        row(3, "llm", parent=1, at_s=5, took_s=3),
        row(4, "tool", parent=1, at_s=6, took_s=2),
        row(5, "tool", parent=1, at_s=9, took_s=1),
    ]
    assert (one(*calls)["llm_share"], one(*calls)["own_share"]) == (400_000, 400_000)


def test_time_outside_of_the_run_is_no_share_of_it():
    assert one(row(2, "llm", parent=1, at_s=15, took_s=20))["llm_share"] == 1_000_000


def test_a_run_of_no_length_has_no_shares():
    found = summary(in_order(batch(row(1, "llm", parent=None, took_s=0))))
    assert found.select("llm_share", "own_share").rows() == [(None, None)]


@pytest.mark.parametrize(
    ("calls", "repeated"),
    [
        ([("search", "x"), ("search", "y")], 0),
        ([("search", "x"), ("read", "x"), ("search", "x")], 1),
        ([("search", "x")] * 4, 3),
        ([("search", None), ("search", None)], 1),
        ([("search", None), ("read", None), ("search", None)], 0),
        ([("search", "x"), ("search", None)], 0),
        ([(None, None), (None, None)], 0),
    ],
)
def test_a_tool_call_repeats_where_its_arguments_do_or_untold_where_its_tool_does_in_a_row(calls, repeated):
    assert tools(*calls) == repeated


def test_the_calls_of_different_runs_do_not_repeat_each_other():
    rows = [row(n, "agent", trace=n, parent=None) for n in (1, 2)]
    rows += [row(5, "tool", trace=n, parent=n, tool="search", tool_arguments="x") for n in (1, 2)]
    assert summary(in_order(batch(*rows)))["repeated_tool_calls"].to_list() == [0, 0]


def test_great_costs_add_up_exactly():
    cost = 2**55 + 1
    assert (
        one(row(2, "llm", parent=1, cost_pico_usd=cost), row(3, "llm", parent=1, cost_pico_usd=2))["cost_pico_usd"]
        == cost + 2
    )


@pytest.mark.parametrize(
    ("spans", "quiet_ns", "status"),
    [
        ([AGENT], 0, "ok"),
        ([{**AGENT, "error_type": "Timeout"}], 0, "error"),
        ([row(2, "llm", parent=1, agent="a")], LOST_NS - 1, "running"),
        ([row(2, "llm", parent=1, agent="a")], LOST_NS, "lost"),
        ([row(2, "llm", parent=1)], QUIET_NS - 1, "running"),
        ([row(2, "llm", parent=1)], QUIET_NS, "ok"),
    ],
)
def test_how_a_run_ended_is_told_by_its_span_or_by_how_long_nothing_came(spans, quiet_ns, status):
    runs = summary(in_order(batch(*spans)))
    told = with_status(runs, lambda: runs.select("trace_id", pl.lit(quiet_ns).alias("quiet_ns")))
    assert told["status"].to_list() == [status]
    assert (told["error_type"] == "lost").any() == (status == "lost")


def test_a_duplicate_is_no_step_but_its_numbers_that_the_call_did_not_tell_are_the_runs():
    call = row(2, "llm", parent=1, at_s=4, token_scope="leaf")
    told = row(3, "llm", parent=1, at_s=4, token_scope="duplicate", input_tokens=5, cost_pico_usd=7)
    silent = row(4, "llm", parent=1, at_s=4, token_scope="duplicate")
    found = one(call, told, silent)
    assert (found["steps"], found["tokens"], found["cost_pico_usd"]) == (1, 5, 7)

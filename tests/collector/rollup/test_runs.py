import random

import pytest

from spanwise_collector.rollup.runs import LATE_NS, Runs
from spanwise_collector.rollup.summary import LOST_NS, QUIET_NS
from tests.support.rows import NOON, SECOND, batch, row


def nothing(trace=77):
    """A batch that only makes time pass."""
    return batch(row(1, None, trace=trace, parent=None))


def told(counted, *names):
    return sorted(counted.new.select(names).rows())


def test_a_run_ends_with_its_root():
    runs = Runs()
    steps = batch(
        row(2, "llm", parent=1, at_s=1, input_tokens=10, output_tokens=5, cost_pico_usd=7),
        row(3, "tool", parent=1, at_s=2),
        row(4, "llm", parent=1, at_s=3, input_tokens=20, cost_pico_usd=8),
    )
    assert runs.add(steps, NOON).new.height == 0
    ended = runs.add(batch(row(1, "agent", parent=None, agent="researcher", at_s=4, took_s=4)), NOON)
    assert ended.new.to_dicts() == [
        {
            "category": "run",
            "trace_id": (1).to_bytes(16, "big"),
            "span_id": (1).to_bytes(8, "big"),
            "start_ns": NOON,
            "end_ns": NOON + 4 * SECOND,
            "duration_ns": 4 * SECOND,
            "service": "shop",
            "environment": None,
            "tenant": None,
            "agent": "researcher",
            "operation": None,
            "error_type": None,
            "seen": True,
            "steps": 3,
            "tokens": 35,
            "cost_pico_usd": 15,
            "repeated_tool_calls": 0,
            "llm_share": 500_000,
            "own_share": 250_000,
        }
    ]
    assert len(runs) == 0


def test_nested_agents_are_runs_of_their_own_inside_the_outer_one():
    rows = [
        row(1, "agent", parent=None, agent="outer", at_s=9, took_s=9),
        row(2, "agent", parent=1, agent="inner", at_s=8, took_s=5),
        row(5, None, parent=2, at_s=8, took_s=4),
        row(3, "llm", parent=5, at_s=7, input_tokens=1),
        row(4, "tool", parent=1, at_s=9),
    ]
    ended = Runs().add(batch(*rows), NOON)
    assert told(ended, "agent", "steps", "tokens") == [("inner", 1, 1), ("outer", 2, 1)]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_inside_and_across_batches_does_not_matter(seed):
    rows = [
        row(1, "agent", parent=None, agent="outer", at_s=9, took_s=9),
        row(2, "agent", parent=1, agent="inner", at_s=8, took_s=5),
        row(3, "llm", parent=2, at_s=7, input_tokens=1),
        row(4, "tool", parent=2, at_s=7, tool="search"),
        row(5, "tool", parent=2, at_s=8, tool="search"),
    ]
    at_once = Runs().add(batch(*rows), NOON).new.sort("span_id").to_dicts()
    root, *rest = rows
    random.Random(seed).shuffle(rest)
    runs = Runs()
    for one in rest:
        runs.add(batch(one), NOON)
    assert runs.add(batch(root), NOON).new.sort("span_id").to_dicts() == at_once
    assert [run["repeated_tool_calls"] for run in at_once] == [1, 1]


def test_model_calls_without_an_agent_are_a_run_of_their_service():
    ended = Runs().add(batch(row(1, None, parent=None), row(2, "llm", parent=1, input_tokens=4)), NOON)
    assert told(ended, "service", "agent", "steps", "tokens") == [("shop", None, 1, 4)]


def test_a_call_that_is_a_root_is_a_run_of_one_step():
    assert told(Runs().add(batch(row(1, "llm", parent=None)), NOON), "agent", "steps") == [(None, 1)]


def test_a_trace_without_a_call_is_no_run():
    runs = Runs()
    assert runs.add(batch(row(1, None, parent=None), row(2, None, parent=1)), NOON).new.height == 0
    assert len(runs) == 0


def test_missing_tokens_and_cost_stay_missing():
    ended = Runs().add(batch(row(1, "agent", parent=None), row(2, "llm", parent=1)), NOON)
    assert told(ended, "tokens", "cost_pico_usd") == [(None, None)]


def test_what_a_fetched_response_used_counts_and_the_fetch_is_no_step():
    fetch = row(2, "llm", parent=1, operation="fetch_response", output_tokens=8, duration_ns=None)
    ended = Runs().add(batch(row(1, "agent", parent=None), fetch), NOON)
    assert told(ended, "steps", "tokens", "llm_share") == [(0, 8, 0)]


def test_a_run_below_an_unseen_root_ends_when_it_is_quiet():
    runs = Runs()
    runs.add(batch(row(1, "agent", parent=7, agent="a")), NOON)
    assert runs.active() == {("shop", "a", "", ""): 1}
    assert runs.add(nothing(), NOON + QUIET_NS - SECOND).new.height == 0
    assert told(runs.add(nothing(), NOON + QUIET_NS), "agent", "seen") == [("a", True)]
    assert runs.active() == {}


def test_calls_below_an_unseen_root_that_name_no_agent_end_well_when_they_are_quiet():
    runs = Runs()
    runs.add(batch(row(1, "llm", parent=7, at_s=3), row(2, "llm", parent=7, at_s=1)), NOON)
    ended = runs.add(nothing(), NOON + QUIET_NS)
    assert told(ended, "agent", "error_type", "steps", "duration_ns") == [(None, None, 2, 3 * SECOND)]


def test_a_run_in_flight_is_known_by_what_its_calls_say_and_lost_when_nothing_comes():
    runs = Runs()
    runs.add(
        batch(row(1, "llm", parent=7), row(2, "llm", parent=7, agent="a", tenant="t"), row(3, "llm", trace=2)), NOON
    )
    assert runs.active() == {("shop", "a", "", "t"): 1}
    assert told(runs.add(nothing(), NOON + LOST_NS - SECOND), "agent") == [(None,)]
    ended = runs.add(nothing(), NOON + LOST_NS)
    assert told(ended, "agent", "error_type", "steps", "seen") == [("a", "lost", 2, False)]
    assert ended.new["span_id"].to_list() == [(7).to_bytes(8, "big")]
    assert runs.active() == {}


def test_any_span_is_a_sign_of_life():
    runs = Runs()
    runs.add(batch(row(2, "llm", parent=1, agent="a")), NOON)
    runs.add(batch(row(3, None, parent=1)), NOON + LOST_NS - SECOND)
    assert runs.add(nothing(), NOON + LOST_NS).new.height == 0
    assert sum(runs.active().values()) == 1


def test_late_spans_add_to_the_run_that_was_counted():
    runs = Runs()
    runs.add(batch(row(1, "agent", parent=None, agent="a"), row(2, "llm", parent=1, input_tokens=3)), NOON)
    runs.add(batch(row(3, "llm", parent=1, input_tokens=4, cost_pico_usd=9)), NOON + SECOND // 2)
    late = runs.add(nothing(), NOON + 2 * SECOND)
    assert late.new.height == 0
    names = ("steps", "tokens", "cost_pico_usd", "agent")
    assert late.before.select(names).rows() == [(1, 3, None, "a")]
    assert late.after.select(names).rows() == [(2, 7, 9, "a")]


def test_a_run_that_beats_is_not_lost_before_it_falls_silent():
    runs, beat = Runs(), {"parent": 1, "agent": "a", "operation": "heartbeat"}
    for number in range(2, 5):
        assert runs.add(batch(row(number, None, **beat)), NOON + number * LOST_NS // 2).new.height == 0
        assert runs.active() == {("shop", "a", "", ""): 1}
    lost = runs.add(nothing(), NOON + 4 * LOST_NS)
    assert told(lost, "agent", "error_type", "steps", "llm_share") == [("a", "lost", 0, 0)]


def test_what_an_agent_told_of_its_calls_is_added_to_its_run_and_to_those_around_it():
    runs = Runs()
    rows = [row(1, "agent", parent=None, agent="outer", took_s=9), row(2, "agent", parent=1, agent="inner", took_s=5)]
    assert told(runs.add(batch(*rows), NOON), "agent", "steps", "tokens") == [("inner", 0, None), ("outer", 0, None)]
    sums = batch(row(9, "llm", parent=2, token_scope="usage", input_tokens=30, output_tokens=3, cost_pico_usd=5))
    runs.tell(sums)
    assert runs.due(NOON + 60 * SECOND)
    later = runs.add(nothing(), NOON + 60 * SECOND)
    names = ("agent", "steps", "tokens", "cost_pico_usd")
    assert sorted(later.after.select(names).rows()) == [("inner", 0, 33, 5), ("outer", 0, 33, 5)]


def test_what_an_agent_told_is_there_when_the_run_around_it_ends():
    runs = Runs()
    runs.add(batch(row(2, "agent", parent=1, agent="inner")), NOON)
    runs.tell(batch(row(9, "llm", parent=2, token_scope="usage", input_tokens=30)))
    ended = runs.add(batch(row(1, "agent", parent=None, agent="outer", took_s=99)), NOON + 99 * SECOND)
    assert told(ended, "agent", "tokens") == [("inner", 30), ("outer", 30)]


def test_what_an_agent_told_of_a_trace_that_is_not_held_makes_no_run():
    runs = Runs()
    runs.tell(batch(row(9, "llm", parent=2, token_scope="usage", input_tokens=30, agent="a")))
    assert (len(runs), runs.active().total()) == (0, 0)
    assert not runs.due(NOON + LOST_NS)


def test_a_lost_run_that_ends_after_all_is_counted_once():
    runs = Runs()
    runs.add(batch(row(2, "llm", parent=1, agent="a", at_s=2)), NOON)
    assert runs.add(nothing(), NOON + LOST_NS).new["error_type"].to_list() == ["lost"]
    late = runs.add(batch(row(1, "agent", parent=None, agent="a", at_s=999, took_s=999)), NOON + LOST_NS + SECOND)
    assert late.new.height == 0
    assert late.before["duration_ns"].to_list() == [SECOND]
    assert late.after.select("duration_ns", "error_type").rows() == [(999 * SECOND, "lost")]


def test_what_ended_is_let_go_after_a_while():
    runs = Runs()
    runs.add(batch(row(1, "agent", parent=None), row(2, "llm", parent=1)), NOON)
    runs.add(nothing(), NOON + LATE_NS)
    assert runs.add(batch(row(3, "llm", parent=1)), NOON + LATE_NS).before.height == 0
    assert len(runs) == 1


def test_under_load_only_the_oldest_that_ended_make_room_before_their_minute_is_over():
    runs = Runs(most_spans=80)
    for number in range(1, 11):
        runs.add(batch(row(1, "agent", trace=number, parent=None, agent="a")), NOON + number)
    runs.add(nothing(trace=99), NOON + 2 * SECOND)
    late = batch(*(row(2, "llm", trace=number, parent=1) for number in (1, 10)))
    came = [runs.add(late, NOON + 3 * SECOND), runs.add(nothing(trace=98), NOON + 5 * SECOND)]
    assert [trace for part in came for trace in part.before["trace_id"]] == [row(1, "llm", trace=10)["trace_id"]]


def test_quiet_runs_and_late_spans_are_due_though_nothing_comes():
    runs = Runs()
    runs.add(batch(row(1, "agent", parent=7, agent="a")), NOON)
    assert [runs.due(NOON + QUIET_NS - SECOND), runs.due(NOON + QUIET_NS)] == [False, True]
    assert runs.add(batch(), NOON + QUIET_NS).new.height == 1
    assert not runs.due(NOON + QUIET_NS + SECOND)
    runs.add(batch(row(2, "llm", parent=1)), NOON + QUIET_NS)
    assert [runs.due(NOON + QUIET_NS), runs.due(NOON + QUIET_NS + SECOND)] == [False, True]


@pytest.mark.parametrize("limit", [{"most_traces": 10}, {"most_spans": 10}])
def test_too_much_in_flight_is_let_go_oldest_first_and_counted(limit):
    runs = Runs(**limit)
    for number in range(1, 31):
        runs.add(batch(row(1, "llm", trace=number, parent=9, agent="a")), NOON)
    assert len(runs) <= 11
    assert runs.evicted == 30 - len(runs)
    ended = runs.add(batch(row(9, "agent", trace=30, parent=None, agent="a")), NOON)
    assert told(ended, "steps") == [(1,)]


def test_agents_in_a_circle_do_no_harm():
    rows = [row(1, "agent", parent=2), row(2, "agent", parent=1), row(3, "llm", parent=1), row(4, None, parent=None)]
    ended = Runs().add(batch(*rows), NOON)
    assert told(ended, "steps") == [(1,), (1,)]


def test_a_checkpoint_keeps_what_is_in_flight_and_what_was_counted():
    before, after = Runs(), Runs()
    before.add(batch(row(2, "llm", input_tokens=3), row(3, "agent", parent=9, agent="x")), NOON)
    before.add(batch(row(1, "agent", parent=None, trace=5), row(2, "llm", trace=5, parent=1)), NOON)
    after.load(before.dump())
    more = batch(row(9, None, parent=None), row(3, "tool", trace=5, parent=1))
    for now_ns in (NOON, NOON + 2 * SECOND):
        one, other = after.add(more, now_ns), before.add(more, now_ns)
        more = nothing()
        assert [part.to_dicts() for part in one] == [part.to_dicts() for part in other]
    assert other.after["steps"].to_list() == [2]


def test_a_checkpoint_of_an_older_release_is_passed_over():
    runs = Runs()
    runs.load([(b"t" * 16, {"steps": 1})])
    assert len(runs) == 0

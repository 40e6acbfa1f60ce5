from dataclasses import replace

import pytest

from spanwise_collector import runs
from spanwise_collector.errors import TooLarge
from spanwise_collector.reader import RunFilter
from spanwise_collector.store.store import Store
from spanwise_collector.store.traces import Most
from tests.support.rows import NOON, SECOND, batch, row

ALL = RunFilter(NOON - 3_600 * SECOND, NOON + 3_600 * SECOND)


@pytest.fixture
def store(tmp_path):
    with_store = Store(tmp_path)
    yield with_store
    with_store.close()


def run_of(number, **agent):
    """A run of one agent: two model calls, a tool called twice with the same arguments, in trace `number`."""
    more = {"trace": number, "parent": 1}
    return [
        row(1, "agent", trace=number, parent=None, at_s=10 + number, took_s=10, **{"agent": f"a{number}", **agent}),
        row(2, "llm", at_s=4, took_s=2, model="big", input_tokens=10, output_tokens=1, cost_pico_usd=10**9, **more),
        row(3, "tool", at_s=6, tool="search", tool_arguments="x", **more),
        row(4, "tool", at_s=7, tool="search", tool_arguments="x", error_type="Timeout", **more),
        row(5, "llm", at_s=9, took_s=2, model="small", input_tokens=30, resends=1, cost_source="unpriced", **more),
    ]


def test_a_run_tells_all_that_is_known_of_it(store):
    store.append(batch(*run_of(1, user="u", conversation_id="c", tenant="t")))
    ((told,), last) = page(store)
    assert last is None
    assert told == {
        "trace_id": "0" * 31 + "1", "span_id": "0" * 15 + "1", "outer_span_id": None,
        "status": "ok", "error_type": None, "finish_reason": None,
        "service": "shop", "agent": "a1", "environment": None, "tenant": "t", "user": "u", "conversation": "c",
        "start": NOON / SECOND + 1, "last_seen": NOON / SECOND + 11, "duration_s": 10.0,
        "steps": 4, "llm_calls": 2, "tool_calls": 2, "errors": 1, "retries": 1, "repeated_tool_calls": 1,
        "tokens": 41, "input_tokens": 40, "output_tokens": 1, "cache_read_tokens": None, "reasoning_tokens": None,
        "context_growth": 3.0, "cost_usd": 0.001, "unpriced_calls": 1, "models": ["big", "small"], "tools": ["search"],
        "llm_share": 0.4, "tool_share": 0.2, "own_share": 0.4,
    }  # fmt: skip


def page(store, now_ns=NOON, **wanted):
    found = runs.page(store, replace(ALL, **wanted), now_ns)
    return found.runs, found.last


def agents(store, now_ns=NOON, **wanted):
    return [run["agent"] for run in page(store, now_ns, **wanted)[0]]


@pytest.mark.parametrize(
    "wanted",
    [
        {"agent": "a2"}, {"service": "desk"}, {"environment": "prod"}, {"tenant": "t"}, {"status": "error"},
        {"error_type": "Broken"}, {"conversation": "c"}, {"min_duration_ns": 11 * SECOND}, {"min_steps": 5},
        {"min_cost_pico_usd": 2 * 10**9}, {"model": "huge"}, {"tool": "read"},
    ],
    ids=lambda wanted: next(iter(wanted)),
)  # fmt: skip
def test_each_filter_leaves_the_runs_that_fit(store, wanted):
    other = {"service": "desk", "environment": "prod", "tenant": "t", "error_type": "Broken", "conversation_id": "c"}
    second = run_of(2, **other, duration_ns=11 * SECOND)
    second.append(row(6, "llm", trace=2, parent=1, at_s=9, model="huge", cost_pico_usd=10**9))
    second.append(row(7, "tool", trace=2, parent=1, at_s=9, tool="read"))
    store.append(batch(*run_of(1), *second))
    assert agents(store, **wanted) == ["a2"]
    assert agents(store) == ["a2", "a1"]


def test_filters_hold_together_and_no_agent_is_asked_for_by_nothing(store):
    store.append(batch(*run_of(1), row(1, "llm", trace=2, parent=None)))
    assert agents(store, agent="") == [None]
    assert agents(store, agent="", min_steps=2) == []


@pytest.mark.parametrize("sort", ["start", "duration", "cost", "tokens", "steps"])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_give_each_run_once_in_order_whatever_it_is_sorted_by(store, sort, descending):
    rows = [one for number in range(1, 8) for one in run_of(number, duration_ns=(number % 3) * SECOND)]
    rows += [row(1, "llm", trace=20 + n, parent=None, at_s=5 + n % 2, duration_ns=None) for n in range(4)]
    store.append(batch(*rows))
    wanted = {"sort": sort, "descending": descending}
    whole = [run["trace_id"] for run in page(store, **wanted)[0]]
    assert len(set(whole)) == 11
    paged, last = [], None
    for _ in range(4):
        found, last = page(store, **wanted, limit=3, after=last)
        paged += [run["trace_id"] for run in found]
    assert (paged, last) == (whole, None)
    values = [run[{"start": "start", "duration": "duration_s", "cost": "cost_usd"}.get(sort, sort)] for run in found]
    whole_values = [value for value in values if value is not None]
    assert whole_values == sorted(whole_values, reverse=descending)


def test_a_page_stays_where_it_was_while_new_runs_arrive(store):
    store.append(batch(*run_of(1), *run_of(2), *run_of(3)))
    first, last = page(store, limit=2)
    store.append(batch(*run_of(9)))
    second, _ = page(store, limit=2, after=last)
    assert [run["agent"] for run in (*first, *second)] == ["a3", "a2", "a1"]


def test_a_run_that_began_before_the_window_is_not_in_it_and_those_inside_are_whole(store):
    store.append(batch(*run_of(1), *run_of(5)))
    assert agents(store, start_ns=NOON + 2 * SECOND) == ["a5"]
    assert agents(store, end_ns=NOON + 2 * SECOND) == ["a1"]
    assert page(store, end_ns=NOON + 2 * SECOND)[0][0]["steps"] == 4


def test_nested_agents_name_the_run_they_are_in(store):
    rows = [*run_of(1), row(6, "agent", parent=3, at_s=6, agent="inner"), row(7, "llm", parent=6, at_s=6, took_s=0.5)]
    store.append(batch(*rows))
    found = {run["agent"]: run for run in page(store)[0]}
    assert (found["inner"]["outer_span_id"], found["inner"]["steps"]) == (found["a1"]["span_id"], 1)
    assert found["a1"]["steps"] == 5


def test_a_run_in_flight_has_numbers_so_far_and_no_duration_until_it_is_lost(store):
    store.append(batch(row(2, "llm", parent=1, agent="a", at_s=3, input_tokens=5)))
    ((flying,), _) = page(store, NOON + 10 * SECOND)
    assert [flying[name] for name in ("status", "duration_s", "steps", "tokens")] == ["running", None, 1, 5]
    ((lost,), _) = page(store, NOON + 1_000 * SECOND)
    assert [lost[name] for name in ("status", "error_type", "duration_s")] == ["lost", "lost", 1.0]


def test_one_run_is_given_with_its_steps_in_order(store):
    store.append(batch(*reversed(run_of(1))))
    found = runs.one(store, (1).to_bytes(16, "big"), (1).to_bytes(8, "big"), NOON)
    steps = [(step["category"], step["after_s"], step["duration_s"], step["repeats"]) for step in found["step_list"]]
    assert steps == [
        ("llm", 1.0, 2.0, False),
        ("tool", 4.0, 1.0, False),
        ("tool", 5.0, 1.0, True),
        ("llm", 6.0, 2.0, False),
    ]
    assert found["agent"] == "a1"
    assert runs.one(store, (1).to_bytes(16, "big"), (2).to_bytes(8, "big"), NOON) is None
    assert runs.one(store, (9).to_bytes(16, "big"), (1).to_bytes(8, "big"), NOON) is None


def test_of_a_run_the_first_steps_are_given_and_that_there_are_more(store, monkeypatch):
    store.append(batch(*run_of(1)))
    ids = (1).to_bytes(16, "big"), (1).to_bytes(8, "big")
    assert runs.one(store, *ids, NOON)["truncated"] is False
    monkeypatch.setattr(runs, "MOST_STEPS", 3)
    found = runs.one(store, *ids, NOON)
    assert ([step["after_s"] for step in found["step_list"]], found["truncated"]) == ([1.0, 4.0, 5.0], True)
    assert (found["steps"], found["repeated_tool_calls"]) == (4, 1)


def test_one_run_of_a_trace_with_too_many_spans_is_refused(store, monkeypatch):
    monkeypatch.setattr(runs, "MOST_OF_ONE", Most(4, 2**20))
    store.append(batch(*run_of(1)))
    with pytest.raises(TooLarge, match="a trace of 5 spans; expected at most 4 spans and 1 MiB"):
        runs.one(store, (1).to_bytes(16, "big"), (1).to_bytes(8, "big"), NOON)


def test_a_window_with_too_many_spans_is_refused(store, monkeypatch):
    monkeypatch.setattr(runs, "MOST_SPANS", 4)
    store.append(batch(*run_of(1)))
    with pytest.raises(TooLarge, match="more than 4 spans"):
        page(store)


def test_a_call_that_two_spans_told_is_one_call_with_the_numbers_of_both(store):
    more = {"trace": 1, "parent": 1, "model": "big"}
    call = row(6, "llm", at_s=8, token_scope="leaf", **more)
    again = row(7, "llm", at_s=8, token_scope="duplicate", input_tokens=5, output_tokens=2, **more)
    store.append(batch(*run_of(1), call, again))
    ((told,), _) = page(store)
    assert (told["llm_calls"], told["input_tokens"], told["output_tokens"]) == (3, 45, 3)

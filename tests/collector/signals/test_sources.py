import itertools

import msgspec
import polars as pl
import pytest

from spanwise_collector.signals.sources import Sources
from spanwise_collector.store.segments import SCHEMA

SPAN = {"category": "llm", "service": "a", "trace_id": b"t" * 16, "conversation_id": "s-1"}
CALL = {"duration_ns": 5, "ttft_ns": 1, "input_tokens": 10, "output_tokens": 2, "cost_pico_usd": 7}
PRICED = {"cost_source": "computed"}
EVENT = {**SPAN, "signal": "event", "trace_id": b"e" * 16}
METRIC = {**EVENT, "signal": "metric", "trace_id": b"m" * 16, "input_tokens": 10, "output_tokens": 2, **PRICED}


def frame(*rows):
    return pl.DataFrame([{**dict.fromkeys(SCHEMA), **row} for row in rows], schema=SCHEMA)


def told(sources, *rows):
    return sources.choose(frame(*rows)).frame.to_dicts()


def sums(rows):
    return [sum(row[name] or 0 for row in rows) for name in ("input_tokens", "duration_ns", "cost_pico_usd")]


def test_where_only_spans_are_told_nothing_is_changed():
    rows = frame({**SPAN, **CALL}, {**SPAN, "category": "tool", "duration_ns": 3}, {**SPAN, "category": None})
    chosen = Sources().choose(rows)
    assert chosen.frame.equals(rows)
    assert chosen[1:] == (0, 0, 0)


@pytest.mark.parametrize("batches", [1, 3])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_session_that_is_told_by_three_signals_is_counted_once_in_any_order(order, batches):
    rows = [{**SPAN, **CALL, **PRICED}, {**EVENT, **CALL, **PRICED}, {**METRIC, "cost_pico_usd": 7}]
    told_so = [rows[place] for place in order]
    sources = Sources()
    groups = [told_so] if batches == 1 else [[row] for row in told_so]
    assert sums([row for group in groups for row in told(sources, *group)]) == [10, 5, 7]


def test_who_tells_nothing_more_is_no_call():
    sources = Sources()
    (first,) = told(sources, {**EVENT, **CALL, **PRICED})
    (second,) = told(sources, {**SPAN, **CALL, **PRICED})
    assert (first["category"], second["category"]) == ("llm", None)
    assert (second["cost_source"], second["ttft_ns"], second["output_tokens"]) == (None, None, None)


def test_what_would_have_been_counted_twice_is_told_with_its_tokens_and_its_money():
    sources = Sources()
    sources.choose(frame({**EVENT, **CALL}, {**EVENT, "category": "tool", "duration_ns": 3}))
    tool = {**SPAN, "category": "tool", "duration_ns": 3}
    assert sources.choose(frame({**SPAN, **CALL}, tool, {**SPAN, "category": "agent"}))[1:] == (2, 12, 7)


def test_a_span_that_keeps_its_time_is_a_call_still_and_only_its_tokens_are_left_out():
    sources = Sources()
    sources.choose(frame({**METRIC, "cost_pico_usd": 7}))
    assert sources.choose(frame({**SPAN, **CALL}))[1:] == (0, 12, 7)


def test_signals_that_take_turns_within_a_batch_fare_as_if_they_came_one_by_one():
    inner = {**EVENT, "trace_id": SPAN["trace_id"], "parent_span_id": b"p" * 8}
    rows = [inner, {**SPAN, **CALL}, {**EVENT, **CALL}, {**inner, **CALL}, {**SPAN, **CALL, "trace_id": b"u" * 16}]
    together, one_by_one = Sources(), Sources()
    assert told(together, *rows) == [told(one_by_one, row)[0] for row in rows]
    assert dict(together.dump()) == dict(one_by_one.dump())


def test_an_event_without_a_duration_leaves_the_time_to_the_span():
    sources = Sources()
    details = {**EVENT, "trace_id": b"t" * 16, "parent_span_id": b"p" * 8, "input_tokens": 10, "conversation_id": None}
    (event,) = told(sources, details)
    (span,) = told(sources, {**SPAN, **CALL, "conversation_id": None})
    assert (event["input_tokens"], event["token_scope"]) == (10, "usage")
    assert (span["input_tokens"], span["token_scope"]) == (None, None)
    assert (span["duration_ns"], span["category"]) == (5, "llm")


def test_other_traces_sessions_and_services_are_not_mixed_up():
    sources = Sources()
    rows = told(
        sources,
        {**EVENT, **CALL},
        {**SPAN, **CALL, "conversation_id": "s-2"},
        {**SPAN, **CALL, "service": "b"},
        {**SPAN, **CALL, "conversation_id": None, "trace_id": b"u" * 16},
    )
    assert sums(rows) == [40, 20, 28]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_an_event_in_a_span_is_the_same_as_the_metric_of_its_session(order):
    inside = {**EVENT, "trace_id": SPAN["trace_id"], "parent_span_id": b"p" * 8}
    rows = [{**SPAN, **CALL, **PRICED}, {**inside, **CALL, **PRICED}, {**METRIC, "cost_pico_usd": 7}]
    for left_out in (None, 0, 1, 2):
        sources = Sources()
        batches = [told(sources, rows[place]) for place in order if place != left_out]
        assert sums([row for batch in batches for row in batch]) == [10, 5, 7]


def test_an_event_in_a_span_that_was_left_out_counts_beside_the_spans_of_its_session():
    sources = Sources()
    told(sources, {**SPAN, **CALL})
    other = {**EVENT, "trace_id": b"o" * 16, "parent_span_id": b"p" * 8, **CALL}
    assert sums(told(sources, other)) == [10, 5, 7]


def test_an_event_that_names_neither_trace_nor_session_counts_always():
    alone = {**EVENT, **CALL, "conversation_id": None}
    assert sums(told(Sources(), {**SPAN, **CALL, "conversation_id": None}, alone, alone)) == [30, 15, 21]


def test_a_request_that_leaves_its_tokens_to_another_event_is_no_call_without_a_price():
    (row,) = told(Sources(), {**EVENT, "duration_ns": 5, "cost_source": "unpriced"})
    assert (row["category"], row["duration_ns"], row["cost_source"]) == ("llm", 5, None)


def test_the_traces_and_sessions_heard_of_last_are_remembered():
    sources = Sources(most=2)
    for number in range(5):
        told(sources, {**EVENT, **CALL, "conversation_id": str(number)})
    assert len(sources.dump()) == 2
    assert sums(told(sources, {**SPAN, **CALL, "conversation_id": "4"})) == [0, 0, 0]


def test_a_restart_remembers_who_told_first():
    before, after = Sources(), Sources()
    told(before, {**EVENT, **CALL})
    after.load(msgspec.msgpack.decode(msgspec.msgpack.encode(before.dump())))
    assert after.dump() == before.dump()
    assert sums(told(after, {**SPAN, **CALL})) == [0, 0, 0]

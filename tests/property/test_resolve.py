"""Totals are the truth in whatever order, batches and repetitions the spans of nested calls arrive."""

from dataclasses import dataclass

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise_collector.resolve import Resolver
from spanwise_collector.resolve.memory import QUIET_NS
from spanwise_collector.rollup.seen import Seen
from tests.support.spans import SECOND, agent, call, frame, row

NOW = 1_000 * SECOND


@dataclass
class Load:
    """Spans, and what is true of them: calls, tokens in, pico-USD."""

    rows: list[dict]
    truth: tuple[int, int, int]


@st.composite
def wrapped(draw, span, parent, start, end, trace, most):
    """One request, told by one to `most` spans within one another with spans of others between, each or not knowing."""
    depth = draw(st.integers(1, most))
    tokens, rows = draw(st.integers(1, 1_000)), []
    knows = draw(st.lists(st.booleans(), min_size=depth, max_size=depth))
    shared = {"response_id": f"answer-{trace.hex()}-{span}"} if draw(st.booleans()) else {}
    inset = (end - start) / 20
    for level, told in enumerate(knows):
        times = (start + level * inset, end - level * inset)
        rows.append(call(span, parent, *times, tokens if told else None, trace=trace, **shared))
        parent, span = span, span + 1
        if draw(st.booleans()):
            rows.append(row(span, parent, *times, trace=trace))
            parent, span = span, span + 1
    return rows, tokens * any(knows), span


@st.composite
def trace(draw, number, most):
    """An agent, which may tell the sum of its calls, one after another, some at once, some tried again."""
    trace_id, rows, span, total = number.to_bytes(16), [], 2, 0
    calls = draw(st.integers(0, 4))
    at_once = draw(st.booleans())
    for place in range(calls):
        start = 1 if at_once else 1 + 10 * place
        if draw(st.booleans()):
            made, tokens, span = draw(wrapped(span, 1, start, start + 8, trace_id, most))
            rows += made
        else:  # a call with two attempts in it, of which the first failed
            tokens, inside = draw(st.integers(1, 1_000)), draw(st.booleans())
            rows += [
                call(span, 1, start, start + 8, tokens if not inside else None, trace=trace_id),
                call(span + 1, span, start + 1, start + 2, None, error_type="429", trace=trace_id),
                call(span + 2, span, start + 3, start + 7, tokens, trace=trace_id),
            ]
            calls, span = calls + 1, span + 3
        total += tokens
    told = draw(st.integers(1, 1_000)) if draw(st.booleans()) else None
    if not any(one.get("input_tokens") for one in rows):
        total = told or 0
    return Load([agent(1, 0, 0, 100, told, trace=trace_id), *rows], (calls, total, total))


@st.composite
def loads(draw, most=3):
    made = [draw(trace(number, most)) for number in range(1, draw(st.integers(1, 3)) + 1)]
    rows = [one for load in made for one in load.rows]
    return Load(rows, tuple(map(sum, zip(*(load.truth for load in made), strict=True))))


def pieces(draw, rows):
    """Cut rows into batches."""
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    return [rows[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True) if a < b]


def added(counted):
    calls = counted.filter(pl.col("category") == "llm")
    return calls["duration_ns"].count(), calls["input_tokens"].sum(), calls["cost_pico_usd"].sum()


def used(stored):
    return stored["input_tokens"].sum()


def totals(batches, resume_at=None):
    """Bring batches one by one into a resolver, leaving out what came before, and add up."""
    resolver, seen, now_ns, found, tokens = Resolver(), Seen(), NOW, [], []
    for number, rows in enumerate(batches):
        if number == resume_at:
            state, kept = resolver.checkpoint()
            resolver = Resolver()
            resolver.load(state, kept.new)
        batch = frame(*rows)
        fresh = batch.filter(seen.add(batch))
        if fresh.height:
            stored, counted, sums = resolver.add(fresh, now_ns)
            found += added(counted), added(sums)
            tokens += used(stored), used(sums)
        now_ns += SECOND // 2
    sums = resolver.settle(now_ns + QUIET_NS)
    found.append(added(sums))
    tokens.append(used(sums))
    assert sum(tokens) == sum(counted for _, counted, _ in found)  # sums over the stored columns are right as they are
    return tuple(map(sum, zip(*found, strict=True)))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_totals_are_the_truth_in_any_order_and_batches(data):
    load = data.draw(loads(most=2))
    rows = data.draw(st.permutations(load.rows))
    # Who is whose parent is known where two calls meet: what lies between them comes first.
    links = [one for one in rows if one.get("category") is None]
    calls = [one for one in rows if one.get("category") is not None]
    assert totals([links, *pieces(data.draw, calls)]) == load.truth


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_spans_in_the_order_in_which_they_end_need_nothing_first(data):
    load = data.draw(loads())
    ended = sorted(load.rows, key=lambda one: (one["end_ns"], -int.from_bytes(one["span_id"], "little")))
    assert totals(pieces(data.draw, ended)) == load.truth


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_repeated_delivery_and_a_restart_at_any_point_change_nothing(data):
    load = data.draw(loads())
    again = data.draw(st.lists(st.sampled_from(load.rows), max_size=10))
    ended = sorted(load.rows, key=lambda one: (one["end_ns"], -int.from_bytes(one["span_id"], "little")))
    batches = [*pieces(data.draw, ended), *([again] if again else [])]
    resume_at = data.draw(st.integers(0, len(batches)))
    assert totals(batches, resume_at) == load.truth

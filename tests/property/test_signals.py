"""What agents tell by metrics and events comes to the same sums in whatever order and batches it arrives."""

from dataclasses import replace

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise_collector.point import Point
from spanwise_collector.signals.passing import Passing
from spanwise_collector.signals.sources import Sources
from spanwise_collector.store.segments import SCHEMA

NOW_NS = 10**18
BASE = Point("x", "", "counter", "delta", (), ("", ""), (), 0, 1, (), (1.0,))


@st.composite
def deltas(draw):
    """Deltas of some sessions, one after the other, each sent one to three times, in any order."""
    made = []
    for session in range(draw(st.integers(1, 4))):
        for number in range(draw(st.integers(1, 5))):
            value = (float(draw(st.integers(0, 1_000))),)
            told = (("session.id", str(session)),)
            made.append(replace(BASE, attributes=told, start_ns=number, time_ns=number + 1, values=value))
    again = [point for point in made for _ in range(draw(st.integers(1, 3)))]
    return sum(point.values[0] for point in made), draw(st.permutations(again))


@settings(deadline=None)
@given(deltas())
def test_deltas_add_up_in_any_order_and_each_once(given):
    total, points = given
    passing = Passing()
    for point in points:
        passing.add([point], NOW_NS)
    assert [series[2] for family in passing.families(NOW_NS) for series in family.series] == [(total,)]


@st.composite
def lives(draw):
    """Counters of processes that live one after the other or at once, read in any order."""
    total, made = 0, []
    for start_ns in range(1, draw(st.integers(1, 6)) + 1):
        value = 0
        for number in range(draw(st.integers(1, 5))):
            value += draw(st.integers(0, 100))
            told = {"temporality": "cumulative", "start_ns": start_ns, "time_ns": 100 + number}
            made.append(replace(BASE, values=(float(value),), **told))
        total += value
    return total, draw(st.permutations(made))


@settings(deadline=None)
@given(lives())
def test_a_counter_is_the_sum_of_its_processes_in_any_order(given):
    total, points = given
    passing = Passing()
    passing.add(points, NOW_NS)
    assert [series[2] for family in passing.families(NOW_NS) for series in family.series] == [(float(total),)]


@st.composite
def told_by_several(draw):
    """Calls of some sessions, each told by one or more whole signals, in any order and batches."""
    truth, rows = 0, []
    for session in range(draw(st.integers(1, 4))):
        signals = draw(st.sets(st.sampled_from([None, "event", "metric"]), min_size=1))
        for number in range(draw(st.integers(1, 4))):
            tokens = draw(st.integers(1, 1_000))
            truth += tokens
            for signal in signals:
                row = {"category": "llm", "service": "a", "conversation_id": str(session), "input_tokens": tokens}
                trace = f"{signal}{session}{number}".encode()
                rows.append({**dict.fromkeys(SCHEMA), **row, "signal": signal, "trace_id": trace})
    return truth, draw(st.permutations(rows)), draw(st.integers(1, 5))


@settings(deadline=None)
@given(told_by_several())
def test_each_call_is_counted_once_whoever_tells_of_it(given):
    truth, rows, size = given
    sources, total = Sources(), 0
    for first in range(0, len(rows), size):
        batch = sources.choose(pl.DataFrame(rows[first : first + size], schema=SCHEMA))
        total += batch.frame["input_tokens"].sum()
    assert total == truth

"""What agents tell by metrics and events comes to the same sums in whatever order and batches it arrives."""

import contextlib
import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanwise_collector import intake
from spanwise_collector.handover import Item
from spanwise_collector.pipeline import Pipeline
from spanwise_collector.point import Point
from spanwise_collector.price import PriceBook
from spanwise_collector.rollup.rollup import Rollup
from spanwise_collector.signals.passing import Passing
from spanwise_collector.signals.sources import Sources
from spanwise_collector.store.segments import SCHEMA
from spanwise_collector.store.store import Store
from tests.support.otlp import request, span
from tests.support.otlp_signals import claude_event, counter, logs, metrics
from tests.support.otlp_signals import number as data_point

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


CLAUDE = {"service.name": "claude-code"}
MODEL = "claude-sonnet-4-5"


def by_span(session, place, tokens):
    end_ns = NOW_NS + place * 10**9
    told = {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": MODEL, "gen_ai.provider.name": "anthropic",
        "gen_ai.conversation.id": session, "gen_ai.usage.input_tokens": tokens, "gen_ai.usage.output_tokens": 1,
    }  # fmt: skip
    trace_id = f"{session:>8}{place:8}".encode()
    made = span("chat", told, trace_id=trace_id, span_id=trace_id[:8], start_ns=end_ns - 10**8, end_ns=end_ns)
    return "traces", request([made], CLAUDE)


def by_event(session, place, tokens):
    spent = {"model": MODEL, "input_tokens": tokens, "output_tokens": 1, "duration_ms": 100, "session.id": session}
    return "logs", logs([claude_event("api_request", spent, time_ns=NOW_NS + place * 10**9)], CLAUDE)


def by_metric(session, place, tokens):
    times = {"start_ns": NOW_NS + place * 10**9 - 10**9, "time_ns": NOW_NS + place * 10**9}
    points = [
        data_point(count, {"session.id": session, "model": MODEL, "type": kind}, **times)
        for kind, count in (("input", tokens), ("output", 1))
    ]
    return "metrics", metrics([counter("claude_code.token.usage", points, "tokens")], CLAUDE)


@st.composite
def sent(draw):
    """Requests that tell the calls of some sessions by one or more whole signals, some sent again, in any order."""
    truth, requests = [0, 0], []
    for session in range(draw(st.integers(1, 3))):
        ways = draw(st.sets(st.sampled_from([by_span, by_event, by_metric]), min_size=1))
        for place in range(draw(st.integers(1, 3))):
            tokens = draw(st.integers(1, 1_000))
            truth[0] += ways != {by_metric}  # a metric tells tokens without a call
            truth[1] += tokens
            requests += [way(f"s-{session}", place, tokens) for way in sorted(ways, key=lambda way: way.__name__)]
    again = draw(st.lists(st.sampled_from(requests), max_size=5))
    return tuple(truth), draw(st.permutations([*requests, *again]))


def counted(pipeline):
    of = pipeline.rollup.totals.of
    calls = sum(total.count for total in of.get("gen_ai_client_operation_duration_seconds", {}).values())
    return calls, sum(total.sum for total in of.get("spanwise_llm_input_tokens", {}).values())


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(sent(), st.integers(1, 9), st.integers(0, 20))
def test_sessions_of_any_signals_come_to_the_truth_with_repeats_and_over_a_restart(given, size, restart_at):
    truth, requests = given
    items = [
        Item(seq, NOW_NS + seq * 10**7, 1, intake.read(made.SerializeToString(), "protobuf", signal).decoded)
        for seq, (signal, made) in enumerate(requests, 1)
    ]
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Store(Path(folder))) as store:
        pipeline = Pipeline(store, Rollup(), PriceBook(), lambda: NOW_NS + 10**10)
        for first in range(0, len(items), size):
            pipeline.apply(items[first : first + size])
            if first <= restart_at < first + size:
                pipeline.commit()
                pipeline = Pipeline(store, Rollup(), PriceBook(), lambda: NOW_NS + 10**10)
                pipeline.resume()
        assert counted(pipeline) == truth
        stored = store.sql("select sum(input_tokens) as tokens from spans where category = 'llm'")
        assert stored["tokens"].to_list() == [truth[1]]
        ledger = pipeline.ledger
        assert ledger.received == ledger.stored + ledger.duplicate

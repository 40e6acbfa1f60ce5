"""In whatever order and batches spans arrive, late or after a restart, runs and their sums come out the same."""

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanwise_collector.query import Query
from spanwise_collector.rollup.fold import MEASURED
from spanwise_collector.rollup.rollup import Rollup, answer_saved
from spanwise_collector.rollup.runs import Runs
from spanwise_collector.rollup.summary import ADDED, LOST_NS, SHARES
from spanwise_schema.measures import MEASURES
from tests.support.rows import NOON, SECOND, batch, row

KINDS = ("agent", "llm", "tool", None)
LABELS = ("trace_id", "span_id", "agent", "error_type")
quick = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def traces(draw):
    """One or two whole traces: trees of agents, calls and other spans; the root is an agent or not."""
    rows = []
    for trace in range(1, draw(st.integers(1, 2)) + 1):
        for number in range(1, draw(st.integers(1, 9)) + 1):
            kind = draw(st.sampled_from(KINDS))
            rows.append(
                row(
                    number, kind, trace=trace, parent=None if number == 1 else draw(st.integers(1, number - 1)),
                    at_s=draw(st.integers(0, 20)), took_s=draw(st.integers(0, 9)),
                    agent=f"a{number}" if kind == "agent" else None,
                    tool=draw(st.sampled_from(["read", "search"])) if kind == "tool" else None,
                    tool_arguments=draw(st.sampled_from([None, "x"])) if kind == "tool" else None,
                    input_tokens=draw(st.sampled_from([None, 3])) if kind == "llm" else None,
                    cost_pico_usd=draw(st.sampled_from([None, 7])) if kind == "llm" else None,
                )
            )  # fmt: skip
    return rows


def batches(data, rows):
    """The rows in another order, cut somewhere, and the pieces a second apart."""
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    edges = [0, *cuts, len(rows)]
    return [shuffled[start:stop] for start, stop in itertools.pairwise(edges)]


def final(runs, pieces, restart_after=-1):
    """What each run was last told to have."""
    told = {}
    now_ns = NOON
    for number, piece in enumerate([*pieces, [], []]):
        now_ns += SECOND if number < len(pieces) else LOST_NS
        counted = runs.add(batch(*piece), now_ns)
        if number == restart_after:
            dumped, runs = runs.dump(), Runs()
            runs.load(dumped)
        for found in (counted.new, counted.after):
            told |= {(run["trace_id"], run["span_id"]): run for run in found.to_dicts()}
    return told


@quick
@given(st.data(), traces())
def test_agents_runs_come_to_the_same_numbers_in_any_order_and_batches(data, rows):
    whole = final(Runs(), [rows])
    pieces = batches(data, rows)
    found = final(Runs(), pieces, data.draw(st.integers(-1, len(pieces))))
    named = {key: [run[name] for name in (*LABELS, *ADDED)] for key, run in whole.items() if run["agent"]}
    for key, numbers in named.items():
        least = dict(zip((*LABELS, *ADDED), numbers, strict=True))
        assert found[key]["agent"] == least["agent"]
        for name in ("duration_ns", "steps", "tokens", "cost_pico_usd"):
            assert found[key][name] == least[name], name


@quick
@given(st.data(), traces())
def test_spans_before_their_root_in_any_order_and_batches_make_the_same_runs(data, rows):
    roots = [one for one in rows if one["parent_span_id"] is None]
    others = [one for one in rows if one["parent_span_id"] is not None]
    whole = final(Runs(), [rows])
    assert final(Runs(), [*batches(data, others), roots]) == whole


@quick
@given(st.data(), traces())
def test_numbers_over_runs_are_those_of_what_they_have_at_last_and_totals_never_go_back(data, rows):
    rollup, now_ns = Rollup(), NOON
    pieces = batches(data, rows)
    truth = final(Runs(), pieces)
    before = {}
    for piece in [*pieces, []]:
        now_ns += SECOND
        rollup.add(batch(*piece), now_ns)
        totals = {
            (name, labels): (list(total.buckets), total.sum)
            for name, of in rollup.totals.of.items()
            for labels, total in of.items()
        }
        for key, (buckets, total) in before.items():
            assert totals[key][1] >= total
            assert all(new >= old for new, old in zip(totals[key][0], buckets, strict=True))
        before = totals
    for _ in range(2):
        now_ns += LOST_NS
        rollup.add(batch(), now_ns)
    for measure, column in MEASURED["run"].items():
        values = [run[column] / MEASURES[measure].atom for run in truth.values() if run[column] is not None]
        for stat, expected in (("count", len), ("sum", sum), ("max", max), ("p50", np.median)):
            asked = Query(MEASURES[measure], stat, (), {}, 4 * LOST_NS, now_ns)
            for found in (rollup.answer(asked), answer_saved(asked, rollup.unsaved())):
                (series,) = found or (None,)
                if not values:
                    assert series is None
                elif stat != "max" or column not in SHARES:  # a share may fall, a maximum does not
                    assert series.points[0].value == pytest.approx(expected(values), rel=0.01), (measure, stat)


@quick
@given(traces())
def test_the_steps_of_an_outer_run_hold_those_of_the_runs_in_it(rows):
    runs = pl.DataFrame(list(final(Runs(), [rows]).values()))
    steps = {(run["trace_id"], run["span_id"]): run["steps"] for run in runs.to_dicts()} if runs.height else {}
    for one in rows:
        key, outer = (one["trace_id"], one["span_id"]), (one["trace_id"], one["parent_span_id"])
        if key in steps and outer in steps:
            assert steps[outer] >= steps[key]

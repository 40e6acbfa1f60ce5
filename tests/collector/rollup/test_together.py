from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise_collector.query import Query
from spanwise_collector.rollup.rollup import Rollup
from spanwise_schema.measures import MEASURES, NANO
from tests.support.rows import NOON, SECOND, batch, row

CALLS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), st.sampled_from(["x", ""]), st.integers(0, 400), st.integers(0, 60),
        st.sampled_from([None, "timeout"]), st.integers(0, 3),
    ),
    max_size=40,
)  # fmt: skip


def a_rollup(calls) -> Rollup:
    rollup = Rollup()
    rows = [
        row(n, agent=agent, model=model, at_s=-at_s, took_s=took_s, error_type=error, input_tokens=tokens)
        for n, (agent, model, at_s, took_s, error, tokens) in enumerate(calls, 1)
    ]
    for place in range(0, len(rows), 7):
        rollup.add(batch(*rows[place : place + 7]), NOON)
    return rollup


def questions(window_s: int, ago_s: int) -> list[Query]:
    asked = [
        (measure, stat) for measure in MEASURES.values() if measure.name.startswith("llm.") for stat in measure.stats
    ]
    return [
        Query(measure, stat, by, where, window_s * NANO, NOON - ago_s * SECOND)
        for measure, stat in asked
        for by in ((), ("agent",), ("agent", "model"))
        for where in ({}, {"model": frozenset({"x"})})
    ]


@settings(max_examples=25, deadline=None)
@given(CALLS, st.sampled_from([30, 60, 300]), st.sampled_from([0, 60]))
def test_many_questions_get_the_answers_that_each_alone_gets(calls, window_s, ago_s):
    rollup, asked = a_rollup(calls), questions(window_s, ago_s)
    found = rollup.answer_together(asked)
    for query, column in zip(asked, found.columns, strict=True):
        alone = {
            tuple(one.labels.values()): (one.points[-1].value, one.points[-1].count) for one in rollup.answer(query)
        }
        labels = found.labels[column.by]
        told = {
            labels[group]: (value, count)
            for group, value, count in zip(
                column.groups.tolist(), column.values.tolist(), column.counts.tolist(), strict=True
            )
        }
        assert told == {key: (pytest.approx(value, rel=1e-9), count) for key, (value, count) in alone.items()}


def test_what_came_since_is_in_the_next_answer():
    rollup = a_rollup([("a", "x", 1, 1, None, 1)])
    asked = [Query(MEASURES["llm.calls"], "count", ("agent",), {}, 300 * NANO, NOON)]
    assert rollup.answer_together(asked).columns[0].values.tolist() == [1.0]
    rollup.add(batch(row(50, agent="a"), row(51, agent="new")), NOON)
    found = rollup.answer_together(asked)
    labels = [found.labels["agent",][group] for group in found.columns[0].groups.tolist()]
    assert dict(zip(labels, found.columns[0].values.tolist(), strict=True)) == {("a",): 2.0, ("new",): 1.0}


def test_questions_about_the_same_stretch_have_their_counts_in_common():
    rollup = a_rollup([("a", "x", 1, 1, None, 1)])
    duration = MEASURES["llm.duration"]
    asked = [Query(duration, stat, ("agent",), {}, 300 * NANO, NOON) for stat in ("p95", "mean")]
    other = Query(duration, "p95", ("agent",), {}, 60 * NANO, NOON)
    first, second, third = rollup.answer_together([*asked, other]).columns
    assert first.observed == second.observed != third.observed

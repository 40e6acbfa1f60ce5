import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise_collector.rollup.lineage import lineage
from spanwise_collector.rollup.summary import in_order
from tests.support.rows import batch, row


def runs_of(*rows):
    """Each run's span as a number -> the numbers of its steps."""
    spans = in_order(batch(*rows))
    found = lineage(spans)
    number = [int.from_bytes(span_id, "big") for span_id in spans["span_id"]]
    parent = [int.from_bytes(span_id or b"", "big") for span_id in spans["parent_span_id"]]
    own = [
        number[at] if seen else parent[at] for at, seen in zip(found.head.tolist(), found.seen.tolist(), strict=True)
    ]
    made = {name: [] for name in own}
    for run, step in zip(found.run.tolist(), found.step.tolist(), strict=True):
        made[own[run]].append(number[step])
    return {name: sorted(steps) for name, steps in made.items()}


def test_a_step_belongs_to_each_agent_above_it():
    rows = [
        row(1, "workflow", parent=None), row(2, "agent", parent=1), row(3, None, parent=2), row(4, "llm", parent=3),
        row(5, "tool", parent=1), row(6, "agent", parent=5), row(7, "llm", parent=6),
    ]  # fmt: skip
    assert runs_of(*rows) == {1: [4, 5, 7], 2: [4], 6: [7]}


def test_a_span_whose_parent_is_missing_belongs_to_the_root():
    rows = [row(1, "agent", parent=None), row(2, "llm", parent=50), row(3, "agent", parent=60), row(4, "llm", parent=3)]
    assert runs_of(*rows) == {1: [2, 4], 3: [4]}


def test_calls_beside_agents_below_a_root_that_is_none_belong_to_no_run():
    rows = [row(1, None, parent=None), row(2, "llm", parent=1), row(3, "agent", parent=1), row(4, "llm", parent=3)]
    assert runs_of(*rows) == {3: [4]}


def test_one_run_is_in_flight_where_a_call_names_its_agent_and_no_root_was_seen():
    rows = [row(2, "llm", parent=9, agent="a"), row(3, "agent", parent=9), row(4, "llm", parent=3)]
    assert runs_of(*rows) == {3: [4], 9: [2, 4]}


def test_a_heartbeat_says_that_a_run_is_in_flight_and_is_no_step():
    beat = {"parent": 9, "agent": "a", "operation": "heartbeat"}
    assert runs_of(row(2, None, **beat)) == {9: []}
    assert runs_of(row(2, None, **beat), row(3, "agent", parent=9), row(4, "llm", parent=3)) == {3: [4], 9: [4]}
    assert runs_of(row(2, None, **beat), row(9, "agent", parent=None, agent="a")) == {9: []}
    assert runs_of(row(2, None, parent=9, agent="a", operation="another")) == {}


def test_agents_below_a_root_that_somebody_else_keeps_are_no_run_in_flight():
    rows = [row(3, "agent", parent=9), row(4, "llm", parent=3), row(5, "llm", parent=9)]
    assert runs_of(*rows) == {3: [4]}


def test_the_same_span_ids_in_another_trace_are_other_spans():
    rows = [row(1, "agent", trace=t, parent=None, agent=str(t)) for t in (1, 2)]
    rows += [row(2, "llm", trace=2, parent=1), row(3, "tool", trace=1, parent=1), row(4, "llm", trace=1, parent=2)]
    spans = in_order(batch(*rows))
    found = lineage(spans)
    steps = pl.DataFrame({"run": found.run, "trace": spans["trace_id"][found.step]})
    assert [steps.filter(pl.col("run") == run)["trace"].n_unique() for run in (0, 1)] == [1, 1]


@settings(deadline=None)
@given(st.data())
def test_a_tree_of_agents_is_read_as_walking_up_from_each_step_does(data):
    size = data.draw(st.integers(1, 14))
    parents = [None, *(data.draw(st.integers(1, number)) for number in range(1, size))]
    kinds = ["agent", *(data.draw(st.sampled_from(["agent", "llm", "tool", None])) for _ in range(1, size))]
    truth = {number + 1: [] for number, kind in enumerate(kinds) if kind == "agent"}
    for number, kind in enumerate(kinds, 1):
        above = parents[number - 1] if kind in ("llm", "tool") else None
        while above is not None:
            if kinds[above - 1] == "agent":
                truth[above].append(number)
            above = parents[above - 1]
    times = data.draw(st.permutations(range(size)))
    rows = [row(n, kinds[n - 1], parent=parents[n - 1], at_s=times[n - 1]) for n in range(1, size + 1)]
    assert runs_of(*rows) == truth

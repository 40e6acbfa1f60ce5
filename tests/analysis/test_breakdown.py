import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise_analysis.breakdown import breakdown, covered_ns
from tests.analysis.frames import SECOND_NS, frame, span


def test_calls_side_by_side_count_once():
    run = breakdown(
        frame(
            span(1, 0, 10, category="agent"),
            span(2, 1, 4, parent=1, category="llm"),
            span(3, 2, 5, parent=1, category="llm"),
            span(4, 4, 7, parent=1, category="tool"),
        )
    )
    assert run.duration_s == 10
    assert (run.llm_share, run.tool_share, run.own_share) == pytest.approx((0.4, 0.2, 0.4))
    assert run.steps == 3


def test_tokens_and_cost_are_those_of_model_calls():
    tokens = {"input_tokens": 10, "output_tokens": 5}
    run = breakdown(
        frame(
            span(1, 0, 9, category="agent", **tokens),
            span(2, 0, 1, category="llm", cost_pico_usd=250_000_000_000, cost_source="computed", **tokens),
            span(3, 1, 2, category="llm", cost_source="unpriced", **tokens),
        )
    )
    assert (run.input_tokens, run.output_tokens, run.cost_usd, run.unpriced_calls) == (20, 10, 0.25, 1)


def test_a_run_without_any_price_has_no_cost():
    assert breakdown(frame(span(1, 0, 1, category="llm", cost_source="unpriced"))).cost_usd is None


def test_the_slowest_calls_come_first_by_their_own_name():
    spans = [span(n, 0, n, category="tool", tool=f"t{n}") for n in range(1, 6)]
    run = breakdown(frame(*spans, span(9, 0, 4.5, category="llm", model="gpt-4o")))
    assert [(call.name, call.duration_s) for call in run.slowest] == [
        ("t5", 5), ("gpt-4o", 4.5), ("t4", 4), ("t3", 3), ("t2", 2),
    ]  # fmt: skip


def test_a_run_of_no_length_is_all_its_own():
    run = breakdown(frame(span(1, 3, 3, category="llm")))
    assert (run.duration_s, run.llm_share, run.tool_share, run.own_share) == (0, 0, 0, 1)


def test_only_the_spans_of_one_trace_are_broken_down():
    with pytest.raises(ValueError, match="spans: 0 traces; expected the spans of one"):
        breakdown(frame())
    with pytest.raises(ValueError, match="spans: 2 traces"):
        breakdown(frame(span(1, 0, 1), {**span(2, 0, 1), "trace_id": b"x" * 16}))


times = st.integers(0, 50)
traces = st.lists(st.tuples(times, times, st.sampled_from(["llm", "tool", "agent", None])), min_size=1, max_size=12)


@given(traces, st.randoms(use_true_random=False))
def test_shares_sum_to_one_whatever_the_order(drawn, random):
    spans = [span(n, start, end, category=category) for n, (start, end, category) in enumerate(drawn)]
    run = breakdown(frame(*spans))
    assert run.llm_share + run.tool_share + run.own_share == pytest.approx(1)
    assert min(run.llm_share, run.tool_share, run.own_share) >= 0
    random.shuffle(spans)
    assert breakdown(frame(*spans)) == run


@given(st.lists(st.tuples(times, times).map(sorted), max_size=12))
def test_covered_time_is_the_number_of_seconds_in_any_interval(drawn):
    spans = frame(*(span(n, start, end) for n, (start, end) in enumerate(drawn)))
    assert covered_ns(spans) == SECOND_NS * len({second for start, end in drawn for second in range(start, end)})

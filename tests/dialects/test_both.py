"""Two emitters at once in one process: the sum over the trace is what the provider said, tokens exactly."""

import polars as pl
import pytest

from tests.dialects.both import BOTH, PAIRS, STREAMS, counted, without_agent

of_each = pytest.mark.parametrize("pair", BOTH, ids=lambda pair: pair.name)


def test_every_recording_has_its_truth_and_is_small():
    assert {path.name for path in PAIRS.glob("*.gz")} == {f"{pair.name}.pb.gz" for pair in BOTH}
    assert len(BOTH) > 130
    assert sum(path.stat().st_size for path in PAIRS.iterdir()) < 1_000_000


def test_both_were_switched_on_in_both_orders():
    names = {(pair.group, pair.first, pair.second) for pair in BOTH}
    assert {(group, second, first) for group, first, second in names} == names


@of_each
def test_a_recording_tells_nothing_of_a_machine(pair):
    assert not any(word in pair.body for word in (b"/tmp/", b"/home/", b"/root/", b"/work/", b"site-packages"))


@of_each
def test_each_call_counts_once_however_its_spans_come(pair):
    now_ns = int(pair.frame["end_ns"].max())
    orders = {
        "as they came": [pair.frame],
        "backwards": [pair.frame.reverse()],
        "one by one": [pair.frame[row] for row in range(pair.frame.height)],
        "without response ids": [pair.frame.with_columns(response_id=pl.lit(None, pl.String))],
    }
    for order, batches in orders.items():
        assert_true(pair, counted(batches, now_ns), order)


@of_each
def test_both_emitters_name_one_service_but_for_two(pair):
    assert (pair.frame["service"].n_unique() == 1) is pair.one_service


@pytest.mark.parametrize(
    "pair", [pair for pair in BOTH if pair.one_service and not pair.miscounts], ids=lambda pair: pair.name
)
def test_each_call_counts_once_where_no_span_is_around_both(pair):
    spans = without_agent(pair.frame)
    now_ns = int(spans["end_ns"].max())
    for order, frame in {"as they came": spans, "backwards": spans.reverse()}.items():
        batches = [frame[row] for row in range(frame.height)]
        assert_true(pair, counted(batches, now_ns), order)
        assert_true(pair, counted([frame.with_columns(response_id=pl.lit(None, pl.String))], now_ns), order)


def assert_true(pair, found, order):
    more = STREAMS if pair.miscounts else 0
    assert (*found[:2], min(found[2], pair.truth[2])) == pair.truth, order
    assert found[2] <= pair.truth[2] + more, order

"""Two emitters at once in one process: the sum over the trace is what the provider said, tokens exactly."""

import polars as pl
import pytest

from tests.dialects.both import BOTH, PAIRS, counted

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
        calls, *tokens = counted(batches, now_ns)
        if pair.miscounts:
            assert calls in (pair.truth[0], pair.truth[0] + 1), order
            assert tokens[0] >= pair.truth[1], order
        else:
            assert (calls, *tokens) == pair.truth, order

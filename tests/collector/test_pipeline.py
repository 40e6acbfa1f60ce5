import contextlib
import time

import polars as pl
import pytest

from spanwise_collector.batch import Decoded
from spanwise_collector.handover import Item
from spanwise_collector.pipeline import Pipeline
from spanwise_collector.price import PriceBook
from spanwise_collector.rollup.rollup import Rollup
from spanwise_collector.store.store import Store
from tests.support.otlp import traffic


@contextlib.contextmanager
def piping(folder):
    with contextlib.closing(Store(folder)) as store:
        yield Pipeline(store, Rollup(), PriceBook(), time.time_ns)


@pytest.fixture
def pipeline(tmp_path):
    with piping(tmp_path) as pipeline:
        yield pipeline


def item(seq, decoded):
    return Item(seq, time.time_ns(), 1, decoded)


def good(seed):
    return Pipeline.decode(traffic(seed, spans=30, now_ns=time.time_ns())[0])


def nonsense():
    """A batch as no decoder makes it: a column of another type."""
    decoded = good(77)
    return Decoded(decoded.frame.with_columns(pl.lit("soon").alias("end_ns")), decoded.received)


def test_the_ledger_balances_over_several_requests(pipeline):
    pipeline.apply([item(1, good(1)), item(2, good(2)), item(3, good(1))])
    assert pipeline.applied_seq == 3
    ledger = pipeline.ledger
    assert (ledger.received, ledger.stored, ledger.duplicate) == (90, 60, 30)


def test_a_request_without_a_single_good_span_is_counted(pipeline):
    empty = Decoded(good(1).frame.clear(), 4, {"no span id": 4})
    pipeline.apply([item(1, empty)])
    assert pipeline.published["rejected"] == {"no span id": 4}
    assert pipeline.published["received"] == 4


def test_a_request_that_cannot_be_understood_is_set_aside_and_costs_no_other(pipeline, caplog):
    pipeline.apply([item(1, good(1)), item(2, nonsense()), item(3, good(3))])
    assert pipeline.set_aside == [2]
    assert "request 2 is set aside" in caplog.text
    assert pipeline.published["stored"] == 60
    assert pipeline.published["rejected"] == {"not understood": 30}
    assert pipeline.published["received"] == 90


def test_a_second_pipeline_resumes_from_the_commit(tmp_path):
    with piping(tmp_path) as first:
        first.apply([item(1, good(1))])
        first.commit()
    with piping(tmp_path) as second:
        second.resume()
        assert second.applied_seq == 1
        assert second.published == first.published
        assert second.rollup.totals.of == first.rollup.totals.of
        second.apply([item(2, good(1))])
        assert second.published["duplicate"] == 30


def test_warming_leaves_no_trace_in_the_numbers(pipeline):
    pipeline.warm()
    assert pipeline.ledger.received == 0
    assert pipeline.rollup.totals.of == {}
    assert pipeline.store.rows == 0

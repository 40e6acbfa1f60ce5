import contextlib
import time

import polars as pl
import pytest

from spanwise_collector import pipeline as module
from spanwise_collector.batch import Decoded
from spanwise_collector.handover import Item
from spanwise_collector.normalise import normalise
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


def test_a_request_that_cannot_be_understood_is_stored_as_it_came_and_costs_no_other(pipeline, monkeypatch, caplog):
    strange = good(77)

    def break_at_the_strange_one(frame):
        if frame["span_id"].is_in(strange.frame["span_id"].implode()).any():
            raise pl.exceptions.ComputeError("a fault of ours")
        return normalise(frame)

    monkeypatch.setattr(module, "normalise", break_at_the_strange_one)
    pipeline.apply([item(1, good(1)), item(2, strange), item(3, good(3))])
    assert "a request of 30 spans could not be understood" in caplog.text
    assert pipeline.published["stored"] == pipeline.published["received"] == 90
    assert pipeline.published["field_faults"]["*"] == 30
    bare = pipeline.store.sql("select count(*) as n from spans where service is null and raw is not null")
    assert bare["n"].to_list() == [30]


def test_a_fault_of_ours_in_the_roll_up_is_not_taken_for_the_senders(pipeline, monkeypatch):
    def fail(*_):
        raise ValueError("ours")

    monkeypatch.setattr(pipeline.rollup, "add", fail)
    with pytest.raises(ValueError, match="ours"):
        pipeline.apply([item(1, good(1)), item(2, good(2))])
    assert pipeline.published["received"] == 0


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

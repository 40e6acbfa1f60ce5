import pytest

from spanwise_collector.query import Exemplar
from spanwise_collector.rollup.exemplars import Exemplars
from spanwise_collector.rollup.fold import fold
from spanwise_collector.rollup.series import SeriesBook
from spanwise_schema.metrics import LLM_DURATION, LLM_TTFT, TOOL_DURATION
from tests.support.rows import NOON, SECOND, batch, row

LATER = NOON + 3_600 * SECOND


@pytest.fixture
def book():
    return SeriesBook()


def labels(metric, **values):
    return tuple({"service": "shop", **values}.get(dimension, "") for dimension in metric.dimensions)


def test_the_newest_call_of_each_bucket_is_kept(book):
    exemplars = Exemplars()
    early = row(1, trace=1, at_s=1, took_s=0.015)
    newest = row(2, trace=2, at_s=5, took_s=0.02)
    late = row(3, trace=3, at_s=3, took_s=0.016)
    other = row(4, trace=4, at_s=0, took_s=0.5)
    for rows in ([early, newest, other], [late]):
        exemplars.add(fold(batch(*rows), book).newest, book, LATER)
    found = exemplars.of(LLM_DURATION.name, labels(LLM_DURATION))
    assert found == {
        1: Exemplar(newest["trace_id"], newest["span_id"], SECOND // 50, NOON + 5 * SECOND),
        6: Exemplar(other["trace_id"], other["span_id"], SECOND // 2, NOON),
    }


def test_each_latency_and_each_label_set_has_its_own(book):
    exemplars = Exemplars()
    calls = batch(
        row(1, model="a", ttft_ns=SECOND // 50, input_tokens=7),
        row(2, model="b"),
        row(3, "tool", tool="search"),
    )
    exemplars.add(fold(calls, book).newest, book, LATER)
    spans = {
        (name, label): found.span_id[-1]
        for name, label in (
            (LLM_DURATION, labels(LLM_DURATION, model="a")),
            (LLM_TTFT, labels(LLM_TTFT, model="a")),
            (LLM_DURATION, labels(LLM_DURATION, model="b")),
            (TOOL_DURATION, labels(TOOL_DURATION, tool="search")),
        )
        for found in exemplars.of(name.name, label).values()
    }
    assert list(spans.values()) == [1, 1, 2, 3]
    assert exemplars.of(LLM_TTFT.name, labels(LLM_TTFT, model="b")) == {}


def test_series_that_a_metric_does_not_tell_apart_share_the_newest(book):
    exemplars = Exemplars()
    calls = batch(row(1, "tool", tool="t", operation="x", at_s=9), row(2, "tool", tool="t", operation="y", at_s=8))
    exemplars.add(fold(calls, book).newest, book, LATER)
    (found,) = exemplars.of(TOOL_DURATION.name, labels(TOOL_DURATION, tool="t")).values()
    assert found.span_id == (1).to_bytes(8, "big")


def test_a_call_from_the_future_does_not_stay_for_ever(book):
    exemplars = Exemplars()
    exemplars.add(fold(batch(row(1, at_s=10_000)), book).newest, book, LATER)
    assert exemplars.of(LLM_DURATION.name, labels(LLM_DURATION)) == {}


def test_the_label_sets_are_bounded_and_the_idle_one_goes_first(book):
    exemplars = Exemplars(limit=2)
    for number, model in enumerate(["a", "b", "a", "c"], 1):
        exemplars.add(fold(batch(row(number, model=model, at_s=number)), book).newest, book, LATER)
    kept = [model for model in "abc" if exemplars.of(LLM_DURATION.name, labels(LLM_DURATION, model=model))]
    assert kept == ["a", "c"]

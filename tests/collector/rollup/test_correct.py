import numpy as np
import polars as pl
import pytest

from spanwise_collector.query import Query
from spanwise_collector.rollup.answer import answer
from spanwise_collector.rollup.correct import correct
from spanwise_collector.rollup.fold import DELTA, fold
from spanwise_collector.rollup.series import SeriesBook
from spanwise_collector.rollup.summary import RUN
from spanwise_collector.rollup.totals import Totals
from spanwise_schema.measures import MEASURES
from tests.support.rows import NOON, SECOND

BEFORE = {
    **dict.fromkeys(RUN), "category": "run", "trace_id": b"t" * 16, "span_id": b"s" * 8, "end_ns": NOON, "agent": "a",
    "duration_ns": 2 * SECOND, "steps": 3, "tokens": None, "repeated_tool_calls": 0, "llm_share": 800_000,
}  # fmt: skip
AFTER = {**BEFORE, "duration_ns": 5 * SECOND, "steps": 7, "tokens": 40, "llm_share": 300_000}
OTHERS = [{**BEFORE, "duration_ns": seconds * SECOND, "llm_share": 0} for seconds in (1, 2, 3, 4)]


def runs(*rows):
    return pl.DataFrame(list(rows), schema=RUN)


def deltas(*others):
    book = SeriesBook()
    first = fold(runs(BEFORE, *others), book).delta
    return book, first, correct(runs(BEFORE), runs(AFTER), book)


def value(measure, stat, *others):
    book, first, more = deltas(*others)
    query = Query(MEASURES[measure], stat, (), {}, 60 * SECOND, NOON + SECOND)
    return answer(query, pl.concat([first, more.windows]), book.table)[0].points[0].value


def test_sums_and_maxima_grow_to_what_the_run_has_now():
    assert [value("run.steps", stat) for stat in ("sum", "count", "max", "mean")] == [7, 1, 7, 7]
    assert [value("run.duration", stat) for stat in ("sum", "count", "max")] == [5, 1, 5]


def test_what_was_not_known_is_counted_now():
    assert [value("run.tokens", stat) for stat in ("sum", "count", "p50")] == [40, 1, 40]


def test_percentiles_are_those_of_what_the_runs_have_now():
    seconds = [1, 2, 3, 4, 5]
    for stat, q in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        assert value("run.duration", stat, *OTHERS) == pytest.approx(np.quantile(seconds, q), rel=0.01)
    assert value("run.duration", "count", *OTHERS) == 5
    assert value("run.duration", "sum", *OTHERS) == 15


def test_shares_move_either_way():
    assert [value("run.llm_share", stat) for stat in ("p50", "mean", "count")] == [0.3, 0.3, 1]


def test_no_total_goes_back():
    book, first, more = deltas()
    totals = Totals()
    totals.add(first, book)
    before = {name: dict(rows) for name, rows in totals.of.items()}
    kept = {
        (name, labels): (list(row.buckets), row.sum) for name, rows in before.items() for labels, row in rows.items()
    }
    totals.add(more.totals, book)
    for (name, labels), (buckets, total) in kept.items():
        now = totals.of[name][labels]
        assert now.sum >= total
        assert all(new >= old for new, old in zip(now.buckets, buckets, strict=True))
    assert (more.totals["count"] >= 0).all()
    assert (more.totals["sum"] > 0).all()


def test_nothing_new_adds_nothing():
    for same in (runs(), runs(AFTER)):
        for delta in correct(same, same, SeriesBook()):
            assert (delta.height, delta.schema) == (0, pl.DataFrame(schema=DELTA).schema)

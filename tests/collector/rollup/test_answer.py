from spanwise_collector.query import Query
from spanwise_collector.rollup.answer import answer
from spanwise_collector.rollup.fold import fold
from spanwise_collector.rollup.series import SeriesBook
from spanwise_schema.measures import MEASURES
from tests.support.rows import NOON, SECOND, batch, row


def asked(measure, stat, rows, *, points=1, step_s=None, window_s=10, start_s=10):
    step_s = step_s or (10 if points > 1 else 0)
    book = SeriesBook()
    query = Query(
        MEASURES[measure], stat, (), {}, window_s * SECOND, NOON + start_s * SECOND, step_s * SECOND, points
    )  # fmt: skip
    delta = fold(batch(*rows), book).delta
    return [[(p.at_ns // SECOND - NOON // SECOND, p.value) for p in s.points] for s in answer(query, delta, book.table)]


def test_no_rows_is_no_series():
    assert asked("llm.calls", "count", [row(1, "tool")]) == []


def test_each_window_belongs_to_one_point_where_points_touch():
    rows = [row(n, at_s=n + 0.5) for n in range(30)]
    assert asked("llm.calls", "count", rows, points=3) == [[(10, 10.0), (20, 10.0), (30, 10.0)]]


def test_overlapping_points_share_windows():
    rows = [row(n, at_s=n + 0.5) for n in range(30)]
    assert asked("llm.calls", "count", rows, points=3, step_s=10, window_s=20) == [[(10, 10.0), (20, 20.0), (30, 20.0)]]


def test_a_point_without_calls_is_left_out():
    assert asked("llm.calls", "count", [row(1, at_s=25.5)], points=3) == [[(30, 1.0)]]


def test_a_rate_is_over_the_window():
    rows = [row(n, at_s=5, input_tokens=50) for n in (1, 2)]
    assert asked("llm.tokens.input", "rate", rows) == [[(10, 10.0)]]
    assert asked("llm.calls", "rate", rows) == [[(10, 0.2)]]


def test_many_overlapping_points_give_what_each_gives_alone():
    rows = [row(n, at_s=n + 0.5, took_s=n + 1) for n in range(100)]
    (many,) = asked("llm.duration", "p95", rows, points=49, step_s=2, window_s=30, start_s=10)
    alone = [
        asked("llm.duration", "p95", rows, points=2, step_s=2, window_s=30, start_s=at)[0][0] for at, _ in many[:-1]
    ]
    assert many[:-1] == alone

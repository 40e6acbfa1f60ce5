from __future__ import annotations

from spanwise_collector.store.buffer import Buffer, joined
from tests.collector.store.stored import minute, same


def test_rows_are_kept_as_they_came_until_cleared():
    buffer = Buffer()
    parts = [minute(3, seed=1), minute(4, seed=2)]
    for part in parts:
        buffer.append(part)
    buffer.append(parts[0].clear())
    assert buffer.rows == 7
    assert buffer.size_bytes > 0
    assert same(joined(buffer.frames()), parts[0].vstack(parts[1]))
    buffer.clear()
    assert (buffer.rows, buffer.size_bytes, buffer.frames(), buffer.age_s(9.0)) == (0, 0, (), 0.0)


def test_columns_may_come_in_any_order():
    buffer = Buffer()
    rows = minute(3, seed=1)
    buffer.append(rows.select(reversed(rows.columns)))
    assert joined(buffer.frames()).equals(rows)


def test_age_counts_from_the_first_question_with_rows():
    buffer = Buffer()
    assert buffer.age_s(5.0) == 0.0
    buffer.append(minute(1, seed=1))
    assert [buffer.age_s(7.0), buffer.age_s(9.5)] == [0.0, 2.5]

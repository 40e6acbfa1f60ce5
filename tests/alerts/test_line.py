from __future__ import annotations

import pytest

from spanwise_alerts.line import Line


def line(stat: str, *points: tuple[float, float | None, int]) -> Line:
    made = Line([at for at, _, _ in points], [value for _, value, _ in points], [count for _, _, count in points])
    made.sum_up(stat)
    return made


def test_sums_of_a_window_take_what_came_after_its_beginning_up_to_its_end():
    found = line("sum", (10, 1.0, 1), (20, 2.0, 1), (30, None, 0), (40, 4.0, 2))
    assert found.between("sum", 10, 40) == (6.0, 3)
    assert found.between("sum", 0, 10) == (1.0, 1)
    assert found.between("sum", 20, 30) == (None, 0)
    assert found.between("sum", 40, 90) == (None, 0)


def test_shares_are_weighed_by_what_is_behind_them():
    found = line("ratio", (10, 0.5, 10), (20, 0.0, 30))
    assert found.between("ratio", 0, 20) == (pytest.approx(0.125), 40)


def test_the_last_point_counts_unless_it_is_too_old():
    found = line("p95", (10, 1.0, 5), (20, 2.0, 6))
    assert found.last(25, 10) == (2.0, 6)
    assert found.last(19, 10) == (1.0, 5)
    assert found.last(31, 10) == (None, 0)
    assert found.last(5, 10) == (None, 0)

from __future__ import annotations

from tests.alerts.answers import an_answer, of


def test_a_series_is_found_by_its_labels_and_one_that_is_not_there_is_nothing():
    answer = an_answer({"a": (1.5, 3), "b": (None, 0)})
    assert [answer.of(of(model)) for model in ("a", "b", "c")] == [(1.5, 3), (None, 0), (None, 0)]

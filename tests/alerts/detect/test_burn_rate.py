from __future__ import annotations

from typing import Any

import pytest

from spanwise_alerts.detect.burn_rate import questions, windows
from spanwise_alerts.rules.burn_rate import BurnRate
from tests.alerts.answers import Judged, an_answer

WINDOWS = [300, 1800, 3600, 6 * 3600, 3 * 86400]


def a_burn_rate(**more: Any) -> BurnRate:
    return BurnRate.model_validate(
        {"name": "r", "kind": "burn_rate", "measure": "llm.errors", "by": ["model"], "objective": "99%", **more}
    )


def judge(judged: Judged, now_s: float, count: int = 1000, **shares: float | None) -> dict[str, str | None]:
    """`m5=0.2` is the share of failures of the last five minutes."""
    names = ("m5", "m30", "h1", "h6", "d3")
    return judged.at(now_s, *(an_answer({"a": (shares.get(name, 0.0), count)}) for name in names))


def test_each_window_is_asked_for_once_the_longer_the_less_often():
    asked = questions(a_burn_rate(), 0.0)
    assert [question.window_s for question in asked] == windows(a_burn_rate()) == WINDOWS
    assert {question.stat for question in asked} == {"ratio"}
    assert [question.fresh_s for question in asked] == sorted(question.fresh_s for question in asked)


@pytest.mark.parametrize(
    ("shares", "wanted"),
    [
        ({"h1": 0.15, "m5": 0.15}, {"a": "critical"}),
        ({"h1": 0.15, "m5": 0.14}, {}),
        ({"h1": 0.14, "m5": 0.50}, {}),
        ({"h6": 0.07, "m30": 0.07}, {"a": "critical"}),
        ({"d3": 0.011, "h6": 0.011}, {"a": "warning"}),
        ({"d3": 0.011, "h6": 0.009}, {}),
    ],
)
def test_both_windows_of_a_pair_must_burn_too_fast(shares: dict[str, float], wanted: dict[str, str]):
    assert judge(Judged(a_burn_rate()), 0, **shares) == wanted


def test_fewer_calls_than_min_count_in_the_long_window_are_no_breach():
    assert judge(Judged(a_burn_rate(min_count=50)), 0, count=49, h1=1.0, m5=1.0) == {}


def test_it_says_how_fast_against_which_rate():
    judged = Judged(a_burn_rate())
    judge(judged, 0, h1=0.2, m5=0.2)
    (moved,) = judged.moved.values()
    assert moved.reading is not None
    assert (moved.alert.value, moved.reading.thresholds) == (pytest.approx(20.0), {"critical": 14.4})
    assert moved.reading.words == {"objective": "99 %", "long": "1h", "short": "5m", "errors": "20 %"}
    assert judge(judged, 1, h1=0.01, m5=0.01) == {}


def test_no_data_ends_it():
    judged = Judged(a_burn_rate())
    assert judge(judged, 0, h1=0.2, m5=0.2) == {"a": "critical"}
    assert judged.at(1, *(an_answer({}) for _ in WINDOWS)) == {}

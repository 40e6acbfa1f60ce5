from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise_alerts.detect.budget import exhausted_at_s, period_of, questions
from spanwise_alerts.rules.budget import Budget
from tests.alerts.answers import Judged, an_answer, of

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC).timestamp()  # a Wednesday
DAY = 86400.0


def a_budget(**more: Any) -> Budget:
    return Budget.model_validate(
        {"name": "r", "kind": "budget", "measure": "llm.cost", "limit": "$200", "by": ["model"], **more}
    )


@pytest.mark.parametrize(
    ("period", "timezone", "begin", "hours"),
    [
        ("day", "UTC", "2026-03-11T00:00:00+00:00", 24),
        ("day", "Europe/Berlin", "2026-03-10T23:00:00+00:00", 24),
        ("day", "Asia/Kolkata", "2026-03-10T18:30:00+00:00", 24),
        ("week", "UTC", "2026-03-09T00:00:00+00:00", 7 * 24),
        ("month", "UTC", "2026-03-01T00:00:00+00:00", 31 * 24),
        ("month", "Europe/Berlin", "2026-02-28T23:00:00+00:00", 31 * 24 - 1),  # summer time begins in it
    ],
)
def test_a_period_is_one_of_the_calendar_of_its_time_zone(period: Any, timezone: str, begin: str, hours: int):
    since_s, until_s = period_of(period, timezone, NOON)
    assert since_s == datetime.fromisoformat(begin).timestamp()
    assert (until_s - since_s) / 3600 == hours


@given(st.floats(0, 4e9), st.sampled_from(["day", "week", "month"]), st.sampled_from(["UTC", "America/New_York"]))
def test_every_moment_lies_in_its_period_and_periods_lie_beside_each_other(at_s: float, period: Any, timezone: str):
    since_s, until_s = period_of(period, timezone, at_s)
    assert since_s <= at_s < until_s
    assert period_of(period, timezone, until_s)[0] == until_s


def test_the_period_and_the_last_hour_are_asked_for():
    whole, recent = questions(a_budget(by=["user"], top=5), NOON)
    assert (whole.since_s, whole.top, whole.by) == (NOON - DAY / 2, 5, ("user",))
    assert recent.since_s == NOON - 3600


def test_tiers_are_told_as_their_share_is_spent_and_hold_until_the_period_ends():
    judged = Judged(a_budget())
    assert judged.at(NOON, an_answer({"a": 99.0, "b": 1.0}), an_answer({})) == {}
    assert judged.at(NOON + 1, an_answer({"a": 100.0, "b": 1.0}), an_answer({})) == {"a": "info"}
    assert judged.at(NOON + 2, an_answer({"a": 161.0}), an_answer({})) == {"a": "warning"}
    # a correction that comes late, and who is not among the greatest any more
    assert judged.at(NOON + 3, an_answer({"a": 90.0}), an_answer({})) == {"a": "warning"}
    assert judged.at(NOON + 4, an_answer({}), an_answer({})) == {"a": "warning"}
    assert judged.at(NOON + 5, an_answer({"a": 200.0}), an_answer({})) == {"a": "critical"}
    assert judged.at(NOON + DAY / 2, an_answer({"a": 0.0}), an_answer({})) == {}


def test_each_mark_of_a_tier_is_a_step_that_is_not_taken_back():
    judged = Judged(a_budget())
    steps = list[tuple[int, int]]()
    for second, spent in enumerate([189.0, 190.0, 199.0, 200.0, 195.0, 250.0]):
        judged.at(NOON + second, an_answer({"a": spent}), an_answer({}))
        alert = judged.held[of("a")]
        steps.append((alert.step, alert.mark))
    assert steps == [(1, 0), (2, 0), (2, 0), (3, 1), (3, 1), (3, 1)]
    reading = judged.moved[of("a")].reading
    assert reading is not None
    assert reading.thresholds == {"info": 0.5, "warning": 0.8, "critical": 1.0}


def test_a_new_period_tells_anew_even_where_it_begins_above_a_tier():
    judged = Judged(a_budget())
    assert judged.at(NOON, an_answer({"a": 120.0}), an_answer({})) == {"a": "info"}
    assert judged.at(NOON + DAY, an_answer({"a": 120.0}), an_answer({})) == {}
    assert judged.at(NOON + DAY + 5, an_answer({"a": 120.0}), an_answer({})) == {"a": "info"}


def test_a_budget_with_keep_firing_for_ends_with_its_period_too():
    judged = Judged(a_budget(keep_firing_for="10m"))
    assert judged.at(NOON, an_answer({"a": 120.0}), an_answer({})) == {"a": "info"}
    for second in range(0, 660, 5):
        judged.at(NOON + DAY / 2 + second, an_answer({"a": 1.0}), an_answer({}))
    assert judged.held == {}


def test_it_says_what_is_spent_how_fast_and_when_it_is_gone():
    judged = Judged(a_budget(timezone="Europe/Berlin"))
    # 13 hours of the day are over there; 60 dollars a hour, 40 are left
    judged.at(NOON, an_answer({"a": 160.0}), an_answer({"a": 60.0}))
    assert judged.words("a") == {
        "spent": "$160.00", "limit": "$200.00", "period": "day", "burn_rate": "1.48", "exhausted_at": "at 13:40",
        "since": "2026-03-11 00:00",
    }  # fmt: skip
    judged.at(NOON + 60, an_answer({"a": 160.0}), an_answer({"a": 0.1}))
    assert judged.words("a")["exhausted_at"] == "not in this period"
    judged.at(NOON + 120, an_answer({"a": 200.0}), an_answer({"a": 0.1}))
    assert judged.words("a")["exhausted_at"] == "now"


def test_a_sum_that_does_not_reach_back_over_the_period_says_so():
    judged = Judged(a_budget())
    judged.at(NOON, an_answer({"a": 160.0}, complete_from_s=NOON - 3600), an_answer({}))
    assert (judged.words("a")["spent"], judged.words("a")["since"]) == ("at least $160.00", "2026-03-11 11:00")


@given(st.floats(0, 100), st.floats(0, 10))
def test_the_limit_is_reached_after_as_long_as_the_rest_takes(spent: float, rate: float):
    gone_s = exhausted_at_s(spent, rate, 50.0, 1000.0)
    if spent >= 50:
        assert gone_s == 1000.0
    elif rate == 0:
        assert gone_s is None
    else:
        assert gone_s is not None
        assert spent + (gone_s - 1000.0) * rate == pytest.approx(50.0, rel=1e-3) or gone_s > 1e9

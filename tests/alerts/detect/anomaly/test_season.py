import numpy as np
import pytest

from spanwise_alerts.detect.anomaly.season import Season

STEP_S = 600.0
MONDAY_S = 1_780_272_000.0
ROW = np.array([0])


def taught(days, course, *, rows=1):
    """A season that saw some days of a course over time."""
    season = Season(STEP_S, rows)
    every = np.arange(rows)
    for point in range(int(days * 86400 / STEP_S)):
        at_s = MONDAY_S + point * STEP_S
        season.learn(every, at_s, np.full(rows, course(at_s)), np.ones(rows))
    return season, MONDAY_S + days * 86400


def daily(at_s):
    return 5.0 + np.sin(2 * np.pi * at_s / 86400)


def weekly(at_s):
    return daily(at_s) - (2.0 if (at_s - MONDAY_S) // 86400 % 7 >= 5 else 0.0)


def distance(season, begin_s, course, hours=24):
    """The mean distance to what comes in the next hours, told at each hour without learning."""
    moments = [begin_s + 3600.0 * hour for hour in range(hours)]
    return np.mean([abs(season.expect(ROW, at_s)[0] - course(at_s)) for at_s in moments])


def test_a_day_is_known_once_some_were_seen():
    season, now_s = taught(6, daily)
    assert distance(season, now_s, daily) < 0.15


def test_of_the_first_two_days_no_course_is_believed():
    season, now_s = taught(1.5, daily)
    told = {season.expect(ROW, now_s + 3600.0 * hour)[0] for hour in range(24)}
    assert len(told) == 1


def test_the_week_is_known_once_some_were_seen():
    season, now_s = taught(33, weekly)
    saturday_s = now_s  # 33 days after a Monday
    assert distance(season, saturday_s, weekly) < 0.6 < distance(season, saturday_s, daily)


def test_a_constant_is_expected_to_stay():
    season, now_s = taught(4, lambda _: 7.0)
    assert season.expect(ROW, now_s)[0] == pytest.approx(7.0)


def test_what_counts_little_teaches_little():
    season, now_s = taught(3, lambda _: 1.0, rows=2)
    for point in range(6):
        season.learn(np.array([0, 1]), now_s + point * STEP_S, np.full(2, 3.0), np.array([1.0, 0.1]))
    whole, wary = season.expect(np.array([0, 1]), now_s + 6 * STEP_S)
    assert wary - 1.0 < 0.4 * (whole - 1.0)


def test_room_for_more_series_changes_nothing_for_the_old_ones():
    season, now_s = taught(3, daily)
    before = season.expect(ROW, now_s)[0]
    season.columns.grow(10)
    assert season.expect(ROW, now_s)[0] == before

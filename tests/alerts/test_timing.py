from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from spanwise_alerts.timing import Interval, NamedIntervals, Schedule


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("interval", "within", "without"),
    [
        # the cases of TestContainsTime in Alertmanager's timeinterval_test.go
        ({}, ["2020-01-01 00:00", "2099-12-31 23:59"], []),
        (
            {"times": [{"start_time": "09:00", "end_time": "17:00"}], "weekdays": ["monday:friday"]},
            ["2020-06-01 09:00", "2020-06-05 16:59"], ["2020-06-05 17:00", "2020-06-06 12:00", "2020-06-07 12:00"],
        ),
        (
            {"days_of_month": ["1:1", "28:30"], "months": ["january"], "years": ["2020:2020"]},
            ["2020-01-01 12:00", "2020-01-30 12:00"], ["2020-01-31 12:00", "2021-01-01 12:00", "2020-02-01 12:00"],
        ),
        ({"days_of_month": ["-3:-1"]}, ["2020-02-27 12:00", "2020-02-29 12:00"], ["2020-02-26 12:00"]),
        (
            {"days_of_month": ["-31:-28"]},
            ["2021-04-03 12:00", "2021-02-01 12:00"], ["2021-04-04 12:00", "2021-02-02 12:00"],
        ),
        ({"days_of_month": ["30:31"]}, ["2021-01-31 12:00"], ["2021-02-28 12:00"]),
        ({"days_of_month": ["10:-1"]}, ["2021-02-10 12:00", "2021-02-28 12:00"], ["2021-02-09 12:00"]),
        (
            {"months": ["11:december"], "weekdays": ["sunday"]},
            ["2021-11-07 12:00"], ["2021-10-31 12:00", "2021-11-08 12:00"],
        ),
        (
            {"times": [{"start_time": "00:00", "end_time": "01:00"}, {"start_time": "23:00", "end_time": "24:00"}]},
            ["2021-11-07 00:59", "2021-11-07 23:59"], ["2021-11-07 01:00", "2021-11-07 22:59"],
        ),
    ],
)  # fmt: skip
def test_an_interval_holds_as_in_alertmanager(interval: dict[str, Any], within: list[str], without: list[str]):
    found = Interval.model_validate(interval)
    assert [moment for moment in within if not found.holds(at(moment))] == []
    assert [moment for moment in without if found.holds(at(moment))] == []


def test_an_interval_is_of_its_time_zone():
    night = Interval.model_validate({"times": [{"start_time": "22:00", "end_time": "24:00"}], "location": "Asia/Tokyo"})
    assert night.holds(at("2026-01-01 13:00"))
    assert not night.holds(at("2026-01-01 22:00"))


def test_an_hour_without_quotes_is_read_as_it_was_meant():
    times = [{"start_time": 22 * 60, "end_time": "24:00"}]
    assert Interval.model_validate({"times": times}) == Interval.model_validate({
        "times": [{"start_time": "22:00", "end_time": "24:00"}]
    })  # fmt: skip


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ({"times": [{"start_time": "22:00", "end_time": "06:00"}]}, "expected `start_time` before `end_time`"),
        ({"times": [{"start_time": "9:00", "end_time": "10:00"}]}, "expected HH:MM"),
        ({"times": [{"start_time": "09:00", "end_time": "24:01"}]}, "expected HH:MM"),
        ({"weekdays": ["friday:monday"]}, "the first before the last"),
        ({"weekdays": ["freitag"]}, "expected a day such as monday"),
        ({"days_of_month": ["0:5"]}, "expected days such as 1:5"),
        ({"days_of_month": ["-1:5"]}, "expected days such as 1:5"),
        ({"days_of_month": ["1:32"]}, "expected days such as 1:5"),
        ({"months": ["13"]}, "expected a month"),
        ({"location": "Europe/Atlantis"}, "expected a time zone"),
    ],
)
def test_what_is_no_interval_is_refused_with_what_was_expected(interval: dict[str, Any], said: str):
    with pytest.raises(ValidationError, match=said):
        Interval.model_validate(interval)


def test_one_of_the_intervals_of_a_name_is_enough():
    named = NamedIntervals.model_validate({
        "name": "n", "time_intervals": [{"weekdays": ["saturday"]}, {"weekdays": ["sunday"]}]
    })  # fmt: skip
    assert [named.holds(at(f"2026-11-{day} 12:00")) for day in (20, 21, 22, 23)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        ("2026-11-22 01:59", False), ("2026-11-22 02:00", True), ("2026-11-22 04:59", True),
        ("2026-11-22 05:00", False), ("2026-11-23 02:00", False),
    ],
)  # fmt: skip
def test_a_schedule_holds_from_its_beginning_for_its_duration(moment: str, wanted: bool):  # noqa: FBT001  a case
    schedule = Schedule.model_validate({"cron": "0 2 * * sun", "duration": "3h", "location": "Europe/Berlin"})
    assert schedule.holds(at(moment, "Europe/Berlin")) is wanted


def test_a_schedule_may_last_over_days():
    weekend = Schedule.model_validate({"cron": "0 18 * * fri", "duration": "62h", "location": "Europe/Berlin"})
    moments = ("2026-11-20 17:59", "2026-11-20 18:00", "2026-11-22 12:00", "2026-11-23 07:59", "2026-11-23 08:00")
    assert [weekend.holds(at(moment, "Europe/Berlin")) for moment in moments] == [False, True, True, True, False]


def test_a_schedule_is_by_the_clock_on_the_wall_when_that_is_changed():
    # on 2026-03-29 the clock goes from 02:00 to 03:00, on 2026-10-25 from 03:00 to 02:00
    daily = Schedule.model_validate({"cron": "30 4 * * *", "duration": "10m", "location": "Europe/Berlin"})
    days = ("2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25")
    assert all(daily.holds(at(f"{day} 04:35", "Europe/Berlin")) for day in days)
    assert not any(daily.holds(at(f"{day} 05:35", "Europe/Berlin")) for day in days)


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ({}, "expected either `cron` or `time_intervals`"),
        ({"cron": "0 2 * * *"}, "expected `duration` with `cron`"),
        ({"time_intervals": [{}], "duration": "1h"}, "expected `duration` with `cron`"),
        ({"cron": "0 2 * * *", "duration": "1h", "time_intervals": [{}]}, "and not both"),
    ],
)
def test_a_schedule_is_one_or_the_other(schedule: dict[str, Any], said: str):
    with pytest.raises(ValidationError, match=said):
        Schedule.model_validate(schedule)

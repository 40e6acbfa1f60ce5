from __future__ import annotations

from datetime import datetime

import pytest

from spanwise_alerts.cron import parse_cron


@pytest.mark.parametrize(
    ("spec", "at", "wanted"),
    [
        ("* * * * *", "2026-11-21 00:00", True),
        ("0 2 * * sun", "2026-11-22 02:00", True),
        ("0 2 * * 7", "2026-11-22 02:00", True),
        ("0 2 * * sun", "2026-11-21 02:00", False),
        ("*/15 8-17 * * mon-fri", "2026-11-20 17:45", True),
        ("*/15 8-17 * * mon-fri", "2026-11-20 17:50", False),
        ("5/20 * * * *", "2026-11-20 17:45", True),
        ("0 0 1 jan,jul *", "2026-07-01 00:00", True),
        # a day by number or by weekday, where both are given
        ("0 0 13 * fri", "2026-11-20 00:00", True),
        ("0 0 13 * fri", "2026-11-13 00:00", True),
        ("0 0 13 * fri", "2026-11-14 00:00", False),
    ],
)
def test_it_begins_at_the_minutes_that_it_says(spec: str, at: str, wanted: bool):  # noqa: FBT001  a case
    assert parse_cron(spec).matches(datetime.fromisoformat(at)) is wanted


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("0 2 * *", "expected five fields"),
        (5, "expected five fields"),
        ("60 2 * * *", "minute: got '60', expected 0 to 59"),
        ("0 2 * * someday", "weekday: got 'someday', expected 0 to 7 or sun, mon"),
        ("0 5-2 * * *", "hour: got '5-2', expected the first before the last"),
        ("*/0 2 * * *", "minute: got '*/0', expected a step"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(raw: object, said: str):
    with pytest.raises(ValueError, match=said.replace("*", r"\*")):
        parse_cron(raw)


def test_it_is_written_as_it_was_read():
    assert str(parse_cron("0  2 * *   Sun")) == "0 2 * * Sun"

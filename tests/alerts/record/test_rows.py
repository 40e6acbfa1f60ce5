from __future__ import annotations

import json
from typing import Any

from spanwise_alerts.alert import Expected, Held
from spanwise_alerts.matchers import parse_matchers
from spanwise_alerts.plan import Kept
from spanwise_alerts.record.rows import (
    alert_from,
    held_from,
    kept_from,
    letter_from,
    log_from,
    log_row,
    notice_row,
    outbox_row,
    silence_of,
    silence_row,
    state_of,
)
from spanwise_alerts.silence import Silence
from spanwise_alerts.timing import Schedule
from spanwise_alerts.told import Entry
from tests.alerts.builders import a_letter, a_notice, an_alert


def back(row: Any) -> Any:
    return json.loads(json.dumps(row))


def test_alerts_and_letters_come_back_as_they_were():
    said = a_notice(annotations={"a": "b"}, source="push", expected=Expected(5.0, None, 7.5, 0.001))
    alert, kept = an_alert(), Kept(said, 5.0, timeout=True)
    assert alert_from(back(state_of(alert))) == alert
    row = back(notice_row("aa", kept))
    assert held_from({"fingerprint": "aa", "state": back(state_of(alert)), **row}) == Held("aa", alert, kept.notice)
    assert kept_from(row) == kept
    assert letter_from(back(outbox_row(a_letter(), 5.0))) == a_letter()


def test_what_was_told_and_silences_come_back_as_they_were():
    entry = Entry("{}:{}", "team", {"a": "b"}, "t", 3, 7.5, {"aa": "warning"}, frozenset({"aa"}), {"bb": 1.0})
    assert log_from(back(log_row(entry))) == entry
    recurring = Schedule.model_validate({"cron": "0 2 * * sun", "duration": "2h", "location": "Europe/Berlin"})
    silence = Silence(
        "id", parse_matchers('a="b",c!~"d.*"'), 1.0, 2.0, "me", "why", {"x": "y"}, 0.5, recurring, until_resolved=True
    )
    assert silence_of(back(silence_row(silence))) == silence
    nights = Schedule.model_validate({
        "time_intervals": [{
            "times": [{"start_time": "22:00", "end_time": "24:00"}], "weekdays": ["monday:friday"],
            "days_of_month": ["-3:-1"], "months": ["march"], "years": ["2027:2029"],
        }]
    })  # fmt: skip
    assert Schedule.model_validate(back(nights.to_dict())) == nights

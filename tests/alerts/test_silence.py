from __future__ import annotations

import pytest

from spanwise_alerts.matchers import parse_matchers
from spanwise_alerts.silence import SilenceDraft, SilenceUnknown, made
from spanwise_alerts.timing import Schedule


def draft(matchers: str = 'a="b"', start: float = 10.0, end: float = 20.0, recurring: Schedule | None = None):
    return SilenceDraft(parse_matchers(matchers), start, end, "me", "why", recurring=recurring)


def test_a_silence_is_pending_active_and_expired():
    silence = made(draft(), "id", 5.0)
    assert [silence.state(at_s) for at_s in (9.9, 10.0, 19.9, 20.0)] == ["pending", "active", "active", "expired"]


def test_one_that_recurs_is_pending_between_its_windows():
    hourly = Schedule.model_validate({"cron": "0 * * * *", "duration": "10m"})
    silence = made(draft(start=0.0, end=1e6, recurring=hourly), "id", 0.0)
    assert [silence.state(at_s) for at_s in (0.0, 599.0, 600.0, 3600.0)] == ["active", "active", "pending", "active"]


def test_what_should_have_begun_begins_now():
    assert made(draft(), "id", 15.0).starts_at_s == 15.0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (draft("{}"), "at least one matcher required"),
        (draft('a=~".*",b!="c"'), "must not match the empty string"),
        (draft(start=20.0, end=20.0), "start time must be before end time"),
        (draft(start=1.0, end=4.0), "end time can't be in the past"),
    ],
)
def test_a_silence_that_cannot_be_says_why(wrong: SilenceDraft, said: str):
    with pytest.raises(ValueError, match=said):
        made(wrong, "id", 5.0)


def test_an_unknown_id_is_said_in_alertmanagers_words():
    assert str(SilenceUnknown("x")) == "silence x not found"

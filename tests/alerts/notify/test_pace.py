from __future__ import annotations

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.pace import Pace, wait_s

GONE, TAKEN, REFUSED = Outcome("retry", "no answer"), Outcome("delivered"), Outcome("dead", "answered 404")


def failing(times: int, now_s: float = 1000.0) -> Pace:
    pace = Pace(lambda: 1.0)
    for _ in range(times):
        pace.ended(GONE, now_s)
    return pace


def test_waits_double_up_to_a_minute_and_jitter_moves_their_upper_half():
    assert [wait_s(attempts, 1.0) for attempts in range(9)] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert wait_s(1000, 1.0) == 60.0
    assert wait_s(3, 0.0) == 2.0


def test_some_letters_that_fail_hold_up_no_others():
    pace = failing(7)
    assert (pace.at_once, pace.rest_s(1000.0)) == (64, 0.0)


def test_a_channel_that_takes_nothing_rests_and_then_one_letter_tries():
    pace = failing(8)
    assert (pace.at_once, pace.rest_s(1000.0)) == (1, 0.5)
    assert pace.rest_s(1000.5) == 0.0
    pace.ended(GONE, 1000.5)
    assert pace.rest_s(1000.5) == 1.0


def test_letters_that_were_under_way_together_count_once():
    assert failing(64).rest_s(1000.0) == 0.5


def test_however_long_it_is_gone_it_is_tried_once_a_minute():
    pace, now_s = failing(8), 1000.0
    for _ in range(100):
        now_s += pace.rest_s(now_s)
        pace.ended(GONE, now_s)
    assert pace.rest_s(now_s) == 60.0


def test_whoever_answers_is_there():
    for answer in (TAKEN, REFUSED):
        pace = failing(9)
        pace.ended(answer, 1000.0)
        assert (pace.at_once, pace.rest_s(1000.0)) == (64, 0.0)


def test_what_one_letter_is_asked_to_wait_holds_for_all():
    pace = Pace(lambda: 1.0)
    pace.ended(Outcome("retry", "answered 429", 600.0), 1000.0)
    assert pace.rest_s(1000.0) == 600.0

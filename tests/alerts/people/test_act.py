from __future__ import annotations

import pytest

from spanwise_alerts.people.act import Act, AlertUnknown, done, ended, outgrown, overdue
from spanwise_alerts.people.attention import Attention
from spanwise_alerts.people.climb import begun, step

CHAINS = {"pager": (0.0, 60.0)}
CLIMB = step(begun(CHAINS["pager"], 0.0), CHAINS["pager"], ["team"], 0.0)
FIRING = Attention("aa", climbs={"pager": CLIMB})


def after(*acts: Act, was: Attention = FIRING, now_s: float = 10.0) -> Attention:
    for act in acts:
        was = done(was, act, (1, 0), now_s, CHAINS)
    return was


@pytest.mark.parametrize("act", [Act("acknowledge", "ada"), Act("snooze", "ada", until_s=99.0)])
def test_whoever_looks_after_it_stops_the_climb(act: Act):
    found = after(act)
    assert found.quiet
    assert found.climbs["pager"].next_s is None


def test_what_is_taken_back_begins_anew_and_calls_all_again():
    found = after(Act("acknowledge", "ada"), Act("unacknowledge", "grace"))
    assert not found.quiet
    assert (found.climbs["pager"].taken, found.climbs["pager"].next_s, found.recalls) == (0, 10.0, 1)


def test_the_end_of_a_snooze_is_no_call_to_those_who_were_told():
    assert after(Act("snooze", "ada", until_s=99.0), Act("unsnooze", "ada")).recalls == 0


def test_as_long_as_somebody_looks_after_it_nothing_begins_anew():
    found = after(Act("acknowledge", "ada"), Act("snooze", "ada", until_s=99.0), Act("unsnooze", "ada"))
    assert found.quiet
    assert found.climbs["pager"].next_s is None


def test_to_take_back_what_is_not_there_changes_nothing():
    assert after(Act("unacknowledge", "ada")) == FIRING
    assert ended(FIRING, 10.0, CHAINS, acknowledgement=True, snooze=True) == FIRING


def test_the_newest_comments_are_kept():
    found = after(*(Act("comment", "ada", f"c{number}") for number in range(25)))
    assert [comment.text for comment in found.comments] == [f"c{number}" for number in range(5, 25)]


def test_what_is_over_and_what_is_outgrown_is_told_apart():
    found = after(Act("acknowledge", "ada", until_s=50.0), Act("snooze", "ada", until_s=60.0))
    assert [overdue(found, at_s) for at_s in (49.0, 50.0, 60.0)] == [(False, False), (True, False), (True, True)]
    assert [outgrown(found, grade) for grade in ((0, 5), (1, 0), (1, 1), (2, 0))] == [
        (False, False), (False, False), (True, True), (True, True),
    ]  # fmt: skip


def test_an_alert_that_does_not_fire_is_named():
    assert str(AlertUnknown("00aa")) == "no alert with fingerprint 00aa fires"


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (Act("acknowledge", ""), "author: got nothing, expected who does it"),
        (Act("assign", "ada", assignee="x" * 201), "assignee: got 201 characters, expected at most 200"),
        (Act("assign", "ada", assignee="bob"), "assignee: got 'bob', expected one of ada, grace, or nobody"),
        (Act("comment", "ada"), "comment: got nothing, expected what is to be said"),
        (Act("snooze", "ada"), "until: got nothing, expected the end of the snooze"),
        (Act("acknowledge", "ada", until_s=10.0), "until: got a moment in the past, expected one to come"),
    ],
)
def test_what_cannot_be_done_names_the_field(act: Act, said: str):
    with pytest.raises(ValueError, match=said):
        act.check(10.0, ["ada", "grace"])


def test_where_no_people_are_named_anybody_may_be_assigned():
    Act("assign", "ada", assignee="bob").check(10.0, [])
    Act("assign", "ada", assignee="").check(10.0, ["ada"])

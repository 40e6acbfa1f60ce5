from __future__ import annotations

from dataclasses import replace

from spanwise_alerts.people.attended import Attended
from spanwise_alerts.people.attention import Acknowledgement, Attention
from spanwise_alerts.people.climb import Climb, begun, waits

CHAINS = {"pager": (0.0, 60.0)}
CLIMBING = Attention("aa", climbs={"pager": begun(CHAINS["pager"], 100.0)})


def made(*attention: Attention) -> Attended:
    found = Attended(attention)
    found.configure(CHAINS)
    return found


def test_what_is_due_is_taken_once():
    found = made(CLIMBING)
    assert found.next_s() == 100.0
    assert found.due(99.9) == []
    assert found.due(100.0) == [CLIMBING]
    assert found.due(200.0) == []


def test_what_was_put_later_counts_and_what_was_put_before_does_not():
    found = made(CLIMBING)
    found.put(Attention("aa", Acknowledgement("ada", 1.0, "", 500.0, (1, 0)), climbs=CLIMBING.climbs))
    assert found.next_s() == 500.0
    assert found.due(499.0) == []
    assert [attention.fingerprint for attention in found.due(500.0)] == ["aa"]


def test_what_says_nothing_is_not_kept():
    found = made(CLIMBING)
    found.put(Attention("aa"))
    assert found.all() == {}
    assert found.next_s() == float("inf")
    assert found.get("aa") == Attention("aa")
    assert not found.drop("aa")


def test_whoever_has_steps_left_and_is_held_back_from_them_waits():
    waiting = replace(CLIMBING, climbs={"pager": waits(CLIMBING.climbs["pager"])})
    found = made(waiting)
    assert found.waits("aa")
    assert found.waiting() == [waiting]
    found.put(replace(waiting, acknowledged=Acknowledgement("ada", 1.0, "", None, (1, 0))))
    assert not found.waits("aa")
    found.put(Attention("aa", climbs={"pager": Climb(1.0, 2, None)}))
    assert not found.waits("aa")
    found.put(Attention("aa", climbs={"gone": Climb(1.0)}))
    assert found.waiting() == []

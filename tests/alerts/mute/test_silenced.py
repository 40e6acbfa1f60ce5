from __future__ import annotations

from spanwise_alerts.matchers import parse_matchers
from spanwise_alerts.mute.silenced import Silences, expired
from spanwise_alerts.route import Maintenance
from spanwise_alerts.silence import KEPT_S, Silence, SilenceDraft, made


def silence(name: str, matchers: str, start: float, end: float) -> Silence:
    return made(SilenceDraft(parse_matchers(matchers), start, end, "me", "why"), name, 0.0)


def test_what_begins_and_what_ends_is_told_once_and_in_time():
    held = Silences([silence("one", 'a="b"', 10.0, 20.0)])
    assert (held.move(5.0), held.next_s) == ([], 10.0)
    assert [found.id for found in held.move(10.0)] == ["one"]
    assert held.by({"a": "b"}) == ("one",)
    assert held.by({"a": "c"}) == ()
    assert held.next_s == 20.0
    assert held.move(15.0) == []
    assert [found.id for found in held.move(25.0)] == ["one"]
    assert (held.by({"a": "b"}), held.next_s) == ((), float("inf"))


def test_a_silence_that_is_ended_holds_no_longer():
    held = Silences()
    held.put(silence("one", 'a="b"', 0.0, 100.0))
    held.move(1.0)
    held.put(expired(silence("one", 'a="b"', 0.0, 100.0), 5.0))
    assert [found.id for found in held.move(5.0)] == ["one"]
    assert held.by({"a": "b"}) == ()


def test_old_silences_are_forgotten():
    held = Silences([silence("one", 'a="b"', 0.0, 100.0)])
    assert held.forget(99.0 + KEPT_S) == []
    assert held.forget(100.0 + KEPT_S) == ["one"]
    assert held.all() == []


def test_maintenance_keeps_its_id_and_is_looked_at_each_minute():
    given = {"name": "w", "matchers": ['a="b"'], "schedule": {"cron": "5 * * * *", "duration": "1m"}}
    one, other = Silences(), Silences()
    for held in (one, other):
        held.plan([Maintenance.model_validate(given)])
    assert [s.id for s in one.all()] == [s.id for s in other.all()]
    assert one.is_planned(one.all()[0].id)
    one.move(61.0)
    assert one.next_s == 120.0
    assert len(one.move(300.0)) == 1
    assert len(one.by({"a": "b"})) == 1
    assert len(one.move(360.0)) == 1

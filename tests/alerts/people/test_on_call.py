from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanwise_alerts.config import load
from spanwise_alerts.faults import ConfigError
from spanwise_alerts.people.on_call import OnCall

BERLIN = ZoneInfo("Europe/Berlin")
WEEKLY: dict[str, Any] = {
    "name": "primary", "time_zone": "Europe/Berlin", "handover": "mon 09:00", "since": "2026-01-05",
    "rotation": ["ada", "grace"],
}  # fmt: skip
WEEKENDS = {"rotation": ["mary"], "during": [{"weekdays": ["saturday", "sunday"]}]}
NIGHTS = {
    "rotation": ["linus", "mary"], "handover": "20:00", "length": "1d", "since": "2026-01-05",
    "during": [{"times": [{"start_time": "20:00", "end_time": "24:00"}, {"start_time": "00:00", "end_time": "08:00"}]}],
}  # fmt: skip


def duty(**changes: Any) -> OnCall:
    return OnCall.model_validate({**WEEKLY, **changes})


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    """Unix time of a moment on the wall; `+` behind it means the second time that it is shown."""
    moment = datetime.fromisoformat(text.removesuffix("+"))
    return moment.replace(tzinfo=zone, fold=text.endswith("+")).timestamp()


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        ("2026-01-05 09:00", "ada"), ("2026-01-12 08:59:59", "ada"), ("2026-01-12 09:00", "grace"),
        # in summer the handover is at nine by the clock on the wall, too
        ("2026-03-30 08:59:59", "grace"), ("2026-03-30 09:00", "ada"), ("2026-10-26 08:59:59", "grace"),
        ("2026-10-26 09:00", "ada"),
        # before the first turn the others have it, backwards
        ("2026-01-05 08:59", "grace"), ("2025-12-29 08:59", "ada"),
    ],
)  # fmt: skip
def test_turns_change_at_the_same_hour_all_year_round(moment: str, who: str):
    assert duty().who(at(moment)) == who


def test_a_handover_in_the_hour_that_comes_twice_happens_once():
    found = duty(handover="02:30", length="1d", since="2026-10-24")
    times = ("2026-10-25 02:29", "2026-10-25 02:30", "2026-10-25 02:59", "2026-10-25 02:00+", "2026-10-25 02:30+")
    assert [found.who(at(moment)) for moment in times] == ["ada", "grace", "grace", "grace", "grace"]


def test_a_handover_in_the_hour_that_is_left_out_happens_at_once():
    found = duty(handover="02:30", length="1d", since="2026-03-28")
    assert [found.who(at(moment)) for moment in ("2026-03-29 01:59", "2026-03-29 03:30")] == ["ada", "grace"]
    assert found.who(at("2026-03-30 02:29")) == "grace"


def test_turns_may_be_shorter_than_a_day():
    found = duty(handover="08:00", length="12h", rotation=["day", "night"])
    times = ("2026-07-01 08:00", "2026-07-01 19:59", "2026-07-01 20:00", "2026-07-02 07:59")
    assert [found.who(at(moment)) for moment in times] == ["day", "day", "night", "night"]


def test_the_last_layer_that_holds_goes_first_by_the_clock_of_the_duty():
    found = duty(layers=[WEEKENDS, NIGHTS])
    assert found.who(at("2026-01-10 12:00")) == "mary"
    assert found.who(at("2026-01-10 23:59")) == "mary"
    assert found.who(at("2026-01-09 23:59")) == "linus"
    assert found.who(at("2026-01-09 12:00")) == "ada"
    # 19:30 in London is 20:30 in Berlin
    assert found.who(at("2026-01-07 19:30", ZoneInfo("Europe/London"))) == "linus"


def test_a_layer_may_hold_by_another_clock():
    layer = {**WEEKENDS, "during": [{"weekdays": ["saturday", "sunday"], "location": "America/New_York"}]}
    assert duty(layers=[layer]).who(at("2026-01-10 05:00")) == "ada"
    assert duty(layers=[layer]).who(at("2026-01-10 06:00")) == "mary"


def test_an_override_goes_before_all_and_the_last_one_before_others():
    found = duty(
        layers=[NIGHTS],
        overrides=[
            {"from": "2026-01-06 18:00", "to": "2026-01-08", "who": "grace"},
            {"from": "2026-01-06T21:00:00Z", "to": "2026-01-06T22:00:00+00:00", "who": "mary"},
        ],
    )
    times = ("2026-01-06 17:59", "2026-01-06 18:00", "2026-01-06 22:00", "2026-01-06 23:00", "2026-01-08 00:00")
    assert [found.who(at(moment)) for moment in times] == ["ada", "grace", "mary", "grace", "linus"]


def test_who_is_next_and_when_is_known():
    found = duty(layers=[NIGHTS], overrides=[{"from": "2026-01-07 12:00", "to": "2026-01-07 13:00", "who": "mary"}])
    now_s, changes = at("2026-01-07 08:30"), list[tuple[str, str]]()
    for _ in range(4):
        next_s = found.changes_s(now_s)
        assert next_s is not None
        changes.append((datetime.fromtimestamp(next_s, BERLIN).isoformat(" ", "minutes")[:16], found.who(next_s)))
        now_s = next_s
    assert changes == [
        ("2026-01-07 12:00", "mary"), ("2026-01-07 13:00", "ada"), ("2026-01-07 20:00", "linus"),
        ("2026-01-08 08:00", "ada"),
    ]  # fmt: skip


def test_where_only_one_takes_turns_nobody_is_next():
    assert duty(rotation=["ada"]).changes_s(at("2026-01-07 08:30")) is None


@given(
    moment_s=st.floats(1.7e9, 1.9e9), length=st.sampled_from(["3h", "12h", "1d", "1w", "10d"]),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    handover=st.sampled_from(["02:30", "00:00", "mon 09:00"]),
)  # fmt: skip
def test_nobody_has_the_duty_before_their_turn_begins_or_after_the_next_one(
    moment_s: float, length: str, zone: str, handover: str
):
    found, clock = duty(length=length, time_zone=zone, handover=handover), ZoneInfo(zone)
    turn = found.turn(moment_s, clock)
    assert found.begins_s(turn, clock) <= moment_s < found.begins_s(turn + 1, clock)
    next_s = found.changes_s(moment_s)
    assert next_s == found.begins_s(turn + 1, clock)
    assert found.who(moment_s) == found.who(next_s - 0.5) != found.who(next_s)


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        (
            {"handover": "9am"}, "handover",
            "got '9am', expected a day and a time such as 'mon 09:00', or a time such as '09:00'",
        ),
        ({"rotation": []}, "rotation", "got [], expected at least one"),
        ({"rotation": ["ada", "bob"]}, "rotation[1]", "got 'bob', expected one of ada, grace"),
        ({"time_zone": "Berlin"}, "time_zone", "got 'Berlin', expected a time zone such as Europe/Berlin"),
        ({"length": "10m"}, "length", "got 600s, expected 1h at least"),
        (
            {"layers": [{"rotation": ["bob"], "during": [{}]}]}, "layers[0].rotation[0]",
            "got 'bob', expected one of ada, grace",
        ),
        ({"layers": [{"rotation": ["ada"]}]}, "layers[0].during", "missing; it has no default"),
        (
            {"overrides": [{"from": "2026-01-08", "to": "2026-01-07", "who": "ada"}]}, "",
            "overrides[0]: got an end that is not after the beginning",
        ),
        (
            {"overrides": [{"from": "then", "to": "2026-01-07", "who": "ada"}]}, "overrides[0].from",
            "got 'then', expected a moment such as '2026-12-24 18:00'",
        ),
        (
            {"overrides": [{"from": "2026-01-06", "to": "2026-01-07", "who": "bob"}]}, "overrides[0].who",
            "got 'bob', expected one of ada, grace",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_duty_is_named(changes: dict[str, Any], path: str, said: str):
    receivers = [{"name": "team", "webhook": {"url": "https://hooks.example.com/"}}]
    people = [{"name": name, "receiver": "team"} for name in ("ada", "grace")]
    section = {"receivers": receivers, "people": people, "on_call": [{**WEEKLY, **changes}]}
    with pytest.raises(ConfigError) as raised:
        load(section, "f", Path())
    (fault,) = raised.value.faults
    assert (fault.path, fault.message) == (f"on_call[0]{'.' if path else ''}{path}", said)


def test_a_person_needs_a_receiver_that_there_is():
    with pytest.raises(ConfigError, match=r"people\[0\]\.receiver: got 'phone', expected one of nothing"):
        load({"people": [{"name": "ada", "receiver": "phone"}]}, "f", Path())


def test_a_date_of_yaml_is_its_midnight():
    found = duty(overrides=[{"from": datetime(2026, 1, 6, tzinfo=UTC).date(), "to": "2026-01-07", "who": "grace"}])
    assert found.who(at("2026-01-06 00:00")) == "grace"

"""People: what an acknowledgement stops, how it ends, and who is called while nobody acknowledges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.attend import Target
from spanwise_alerts.group.identity import fingerprint
from spanwise_alerts.people.act import Act, AlertUnknown
from tests.support.alert_time import START_S, Story, fires, resolved

MINUTE, HOUR = 60, 3600
PAGER = {
    "name": "pager",
    "steps": [
        {"receivers": "oncall"},
        {"receivers": ["lead"], "after": "15m"},
        {"receivers": ["boss"], "after": "30m"},
    ],
}


def pager(folder: Path, **section: Any) -> Story:
    given = {
        "route": {"escalation": "pager"}, "escalations": [PAGER], "resolve_timeout": "2d", **section,
    }  # fmt: skip
    return Story(folder, receivers=("oncall", "lead", "boss"), **given)


async def test_who_is_told_next_is_told_in_time_while_nobody_acknowledges(tmp_path: Path):
    story = pager(tmp_path)
    story.at(1).push("down")
    story.between(1, 1).wants(fires("down"), to="oncall", reason="first")
    story.between(1 + 15 * MINUTE, 1 + 15 * MINUTE).wants(fires("down"), to="lead", reason="escalated")
    story.between(1 + 30 * MINUTE, 1 + 30 * MINUTE).wants(fires("down"), to="boss", reason="escalated")
    await story.run(until=3 * HOUR)
    (_, second, _) = story.told
    assert second.body["summary"] == "not acknowledged for 15m: down"


async def test_an_acknowledgement_stops_the_steps_that_are_left(tmp_path: Path):
    story = pager(tmp_path)
    story.at(1).push("down")
    story.between(1, 1).wants(fires("down"), to="oncall")
    story.between(901, 901).wants(fires("down"), to="lead")
    story.at(1000).acts("acknowledge", "down")
    await story.run(until=30 * HOUR)


async def test_all_who_were_called_are_told_the_end_and_nobody_else(tmp_path: Path):
    story = pager(tmp_path)
    story.at(1).push("down")
    story.between(1, 1).wants(fires("down"), to="oncall")
    story.between(901, 901).wants(fires("down"), to="lead")
    story.at(1000).push("down", start=1, end=1000)
    story.between(1000, 1000).wants(resolved("down"), to="oncall", reason="resolved")
    story.between(1000, 1000).wants(resolved("down"), to="lead", reason="resolved")
    await story.run(until=2 * HOUR)


async def test_a_new_firing_needs_a_new_acknowledgement(tmp_path: Path):
    story = pager(tmp_path)
    story.at(1).fires("down").at(10).acts("acknowledge", "down")
    story.between(1, 1).wants(fires("down"), to="oncall")
    story.at(100).resolves("down")
    story.between(100, 100).wants(resolved("down"), to="oncall")
    story.at(200).fires("down")
    story.between(200, 200).wants(fires("down"), to="oncall", reason="first")
    story.between(1100, 1100).wants(fires("down"), to="lead", reason="escalated")
    story.between(2000, 2000).wants(fires("down"), to="boss", reason="escalated")
    await story.run(until=HOUR)


async def test_all_steps_come_again_as_often_as_asked(tmp_path: Path):
    story = pager(tmp_path, escalations=[{**PAGER, "steps": PAGER["steps"][:2], "repeat": 1, "repeat_after": "10m"}])
    story.at(0).push("down")
    story.between(0, 0).wants(fires("down"), to="oncall", reason="first")
    for second, who in ((900, "lead"), (1500, "oncall"), (2400, "lead")):
        story.between(second, second).wants(fires("down"), to=who, reason="escalated")
    await story.run(until=2 * HOUR)


@pytest.mark.parametrize("second", [0.5, 899.5, 900.5, 1799.5, 5000])
async def test_a_restart_at_any_moment_skips_and_doubles_no_step(tmp_path: Path, second: float):
    story = pager(tmp_path)
    story.at(0).push("down")
    story.at(second).restart()
    for at, who in ((0, "oncall"), (900, "lead"), (1800, "boss")):
        story.between(at, at).wants(fires("down"), to=who)
    await story.run(until=2 * HOUR)


async def test_a_restart_keeps_an_acknowledgement_and_its_time(tmp_path: Path):
    story = pager(tmp_path)
    story.at(0).push("down").at(10).acts("acknowledge", "down", until=1000)
    story.between(0, 0).wants(fires("down"), to="oncall")
    story.at(500).restart()
    for at, who in ((1000, "oncall"), (1900, "lead"), (2800, "boss")):
        story.between(at, at).wants(fires("down"), to=who, reason="escalated")
    await story.run(until=2 * HOUR)
    assert story.told[1].body["summary"] == "nobody looks after it: down"


async def test_an_acknowledged_alert_is_not_repeated_until_its_time_is_over(tmp_path: Path):
    story = Story(tmp_path, route={"repeat_interval": "1h"}, acknowledging={"timeout": "3h"}, resolve_timeout="2d")
    story.at(0).push("slow")
    story.between(0, 0).wants(fires("slow"))
    story.at(10).acts("acknowledge", "slow")
    story.between(3 * HOUR + 10, 3 * HOUR + 10).wants(fires("slow"), reason="unacknowledged")
    story.between(4 * HOUR + 10, 4 * HOUR + 10).wants(fires("slow"), reason="repeat")
    await story.run(until=4.5 * HOUR)


async def test_an_acknowledgement_that_is_taken_back_tells_everybody_again(tmp_path: Path):
    story = Story(tmp_path, route={"repeat_interval": "1h"}, resolve_timeout="2d")
    story.at(0).push("slow").at(10).acts("acknowledge", "slow").at(HOUR * 2).acts("unacknowledge", "slow")
    story.between(0, 0).wants(fires("slow"))
    story.between(2 * HOUR, 2 * HOUR).wants(fires("slow"), reason="unacknowledged")
    await story.run(until=2.5 * HOUR)


async def test_other_news_of_an_acknowledged_alert_is_told(tmp_path: Path):
    story = Story(tmp_path)
    story.at(0).fires("slow", "critical").at(10).acts("acknowledge", "slow")
    story.between(0, 0).wants(fires("slow", tier="critical"))
    story.at(20).fires("slow", "warning")
    story.between(20, 20).wants(fires("slow", tier="warning"), reason="tier")
    # no graver than it was when it was acknowledged
    story.at(30).fires("slow", "critical")
    story.between(30, 30).wants(fires("slow", tier="critical"), reason="tier")
    story.at(40).resolves("slow")
    story.between(40, 40).wants(resolved("slow"))
    await story.run(until=50)
    assert not story.dispatcher.attention()


async def test_a_graver_tier_ends_the_acknowledgement_and_calls_anew(tmp_path: Path):
    story = pager(tmp_path)
    story.at(0).fires("slow").at(10).acts("acknowledge", "slow").at(2000).fires("slow", "critical")
    story.between(0, 0).wants(fires("slow"), to="oncall")
    story.between(2000, 2000).wants(fires("slow", tier="critical"), to="oncall", reason="tier")
    story.between(2900, 2900).wants(fires("slow", tier="critical"), to="lead", reason="escalated")
    story.at(3000).acts("acknowledge", "slow")
    await story.run(until=2 * HOUR)


async def test_a_graver_tier_leaves_the_acknowledgement_where_that_is_asked(tmp_path: Path):
    story = pager(tmp_path, acknowledging={"ends_when_worse": False})
    story.at(0).fires("slow").at(10).acts("acknowledge", "slow").at(2000).fires("slow", "critical")
    story.between(0, 0).wants(fires("slow"), to="oncall")
    story.between(2000, 2000).wants(fires("slow", tier="critical"), to="oncall", reason="tier")
    await story.run(until=2 * HOUR)


async def test_a_snoozed_alert_is_held_back_until_its_time_and_no_other(tmp_path: Path):
    story = Story(tmp_path, route={"repeat_interval": "10m"}, resolve_timeout="2d")
    story.at(0).push("slow").push("slow", model="x")
    story.between(0, 0).wants(fires("slow"))
    story.between(0, 0).wants(fires("slow", model="x"))
    story.at(10).acts("snooze", "slow", until=900).sees("slow", "suppressed").sees("slow", "active", model="x")
    story.between(600, 600).wants(fires("slow", model="x"), reason="repeat")
    story.between(900, 900).wants(fires("slow"), reason="unmuted")
    await story.run(until=1000)


async def test_a_snooze_ends_with_the_alert_by_hand_and_by_a_graver_tier(tmp_path: Path):
    story = Story(tmp_path)
    story.at(0).fires("a").fires("b").fires("c")
    for name in "abc":
        story.between(0, 0).wants(fires(name))
        story.at(1).acts("snooze", name, until=5000)
    story.at(10).resolves("a").at(11).fires("b", "critical").at(12).acts("unsnooze", "c")
    story.between(10, 10).wants(resolved("a"))
    story.between(11, 11).wants(fires("b", tier="critical"), reason="tier")
    story.between(12, 12).wants(fires("c"), reason="unmuted")
    story.at(20).fires("a")
    story.between(20, 20).wants(fires("a"), reason="first")
    await story.run(until=HOUR)


async def test_a_snooze_stops_the_steps_and_they_begin_anew_at_its_end(tmp_path: Path):
    story = pager(tmp_path)
    story.at(0).push("down").at(10).acts("snooze", "down", until=2000)
    story.between(0, 0).wants(fires("down"), to="oncall")
    story.between(2000, 2000).wants(fires("down"), to="oncall", reason="escalated")
    story.between(2900, 2900).wants(fires("down"), to="lead", reason="escalated")
    story.at(3000).push("down", start=0, end=3000)
    story.between(3000, 3000).wants(resolved("down"), to="oncall")
    story.between(3000, 3000).wants(resolved("down"), to="lead")
    await story.run(until=2 * HOUR)


async def test_nobody_is_called_for_what_is_silenced_and_the_step_comes_after_its_whole_time(tmp_path: Path):
    story = pager(tmp_path)
    story.at(0).push("down").at(10).silence('alertname="down"', until=1000)
    story.between(0, 0).wants(fires("down"), to="oncall", reason="first")
    story.between(1000, 1000).wants(fires("down"), to="oncall", reason="unmuted")
    story.between(1900, 1900).wants(fires("down"), to="lead", reason="escalated")
    story.at(2000).acts("acknowledge", "down")
    await story.run(until=2 * HOUR)


async def test_what_holds_others_back_stops_their_steps_too(tmp_path: Path):
    inhibit = [{"source_matchers": 'alertname="provider"', "target_matchers": 'alertname="down"', "equal": []}]
    route = {"receiver": "boss", "routes": [{"matchers": 'alertname="down"', "escalation": "pager"}]}
    story = pager(tmp_path, inhibit_rules=inhibit, route=route)
    story.at(0).push("down").at(10).push("provider").at(950).push("provider", start=10, end=950)
    story.between(0, 0).wants(fires("down"), to="oncall")
    story.between(10, 10).wants(fires("provider"), to="boss")
    story.between(950, 950).wants(resolved("provider"), to="boss")
    story.between(1850, 1850).wants(fires("down"), to="lead", reason="escalated")
    story.at(2000).acts("acknowledge", "down")
    await story.run(until=2 * HOUR)


async def test_whoever_has_the_duty_when_the_step_comes_is_called(tmp_path: Path):
    # the story begins on a Tuesday at 23:13:20 in Berlin; the handover is at midnight
    duty = {
        "name": "primary", "time_zone": "Europe/Berlin", "handover": "00:00", "length": "1d", "since": "2023-11-14",
        "rotation": ["ada", "grace"],
    }  # fmt: skip
    chain = {"name": "pager", "steps": [{"on_call": "primary"}, {"on_call": ["primary"], "after": "1h"}]}
    story = Story(
        tmp_path, receivers=("ada-phone", "grace-phone"), escalations=[chain], on_call=[duty], resolve_timeout="2d",
        people=[{"name": "ada", "receiver": "ada-phone"}, {"name": "grace", "receiver": "grace-phone"}],
        route={"escalation": "pager"},
    )  # fmt: skip
    story.at(0).push("down")
    story.between(0, 0).wants(fires("down"), to="ada-phone")
    story.between(HOUR, HOUR).wants(fires("down"), to="grace-phone", reason="escalated")
    story.at(5000).push("down", start=0, end=5000)
    story.between(5000, 5000).wants(resolved("down"), to="ada-phone")
    story.between(5000, 5000).wants(resolved("down"), to="grace-phone")
    await story.run(until=2 * HOUR)


async def test_a_route_may_tell_a_receiver_and_call_others(tmp_path: Path):
    story = pager(
        tmp_path,
        route={"receiver": "boss", "escalation": "pager"},
        escalations=[{**PAGER, "steps": PAGER["steps"][:2]}],
    )
    story.at(0).push("down")
    story.between(0, 0).wants(fires("down"), to="boss")
    story.between(0, 0).wants(fires("down"), to="oncall")
    story.between(900, 900).wants(fires("down"), to="lead")
    await story.run(until=HOUR)


async def test_a_group_is_told_together_and_each_alert_climbs_by_itself(tmp_path: Path):
    story = pager(
        tmp_path, route={"escalation": "pager", "group_by": ["alertname"], "group_wait": "0s", "group_interval": "1m"}
    )
    story.at(0).push("down", zone="a").at(300).push("down", zone="b")
    story.between(0, 0).wants(fires("down", zone="a"), to="oncall", reason="first")
    story.between(300, 300).wants(fires("down", zone="a"), fires("down", zone="b"), to="oncall", reason="new")
    story.at(400).acts("acknowledge", "down", zone="a")
    story.between(1200, 1200).wants(fires("down", zone="b"), to="lead", reason="escalated")
    story.at(1300).acts("acknowledge", "down", zone="b")
    await story.run(until=2 * HOUR)


async def test_who_was_called_under_another_configuration_is_told_the_end(tmp_path: Path):
    story = pager(tmp_path)
    story.at(0).push("down")
    story.between(0, 0).wants(fires("down"), to="oncall")
    story.between(900, 900).wants(fires("down"), to="lead")
    story.at(1000).reload(route={"receiver": "boss"}, escalations=[])
    story.between(1000, 1000).wants(fires("down"), to="boss", reason="first")
    story.at(2000).push("down", start=0, end=2000)
    for who in ("oncall", "lead", "boss"):
        story.between(2000, 2000).wants(resolved("down"), to=who)
    await story.run(until=2 * HOUR)


async def test_what_does_not_fire_cannot_be_acknowledged(tmp_path: Path):
    story = Story(tmp_path)
    act, target = Act("acknowledge", "ada"), Target((fingerprint({"alertname": "gone"}),))

    async def refuse() -> None:
        with pytest.raises(AlertUnknown, match=r"no alert with fingerprint [0-9a-f]{16} fires"):
            await story.dispatcher.act(target, act, START_S)

    story.at(0).does(refuse)
    await story.run(until=1)


async def test_a_storm_holds_up_no_call_for_a_critical_alert(tmp_path: Path):
    chain = {"name": "pager", "steps": [{"receivers": "oncall"}, {"receivers": "oncall", "after": "1m"}]}
    story = pager(tmp_path, escalations=[chain], storm={"messages": 1, "per": "1h"})
    story.at(0).fires("down", "critical").fires("slow", "warning")
    story.between(0, 0).wants(fires("down"), to="oncall")
    story.between(0, 0).wants(fires("slow"), to="oncall")
    story.between(60, 60).wants(fires("down"), to="oncall", reason="escalated")
    # the other one waits for its turn
    story.between(3600, 3600).wants(fires("slow"), to="oncall", reason="escalated")
    story.at(3700).acts("acknowledge", "down").acts("acknowledge", "slow")
    await story.run(until=2 * HOUR)


async def test_an_alert_whose_first_step_is_to_come_is_told_to_nobody_yet(tmp_path: Path):
    chain = {"name": "pager", "steps": [{"receivers": "oncall", "after": "5m"}]}
    story = pager(tmp_path, escalations=[chain])
    story.at(0).push("short").at(100).push("short", start=0, end=100).at(200).push("long")
    story.between(500, 500).wants(fires("long"), to="oncall", reason="first")
    await story.run(until=HOUR)


async def test_steps_that_were_due_while_it_was_down_come_one_after_the_other(tmp_path: Path):
    story = pager(tmp_path)
    story.at(0).push("down")
    story.between(0, 0).wants(fires("down"), to="oncall")

    async def sleep() -> None:
        story.clock.now_s += 5000
        story.restarting = True

    story.at(10).does(sleep)
    story.between(5010, 5010).wants(fires("down"), to="lead", reason="escalated")
    story.between(5910, 5910).wants(fires("down"), to="boss", reason="escalated")
    await story.run(until=2 * HOUR)


async def test_another_configuration_doubles_no_step_and_its_new_ones_come(tmp_path: Path):
    story = pager(tmp_path, escalations=[{**PAGER, "steps": PAGER["steps"][:2]}])
    story.at(0).push("down")
    story.between(0, 0).wants(fires("down"), to="oncall")
    story.at(500).reload(escalations=[PAGER])
    story.between(900, 900).wants(fires("down"), to="lead")
    story.between(1800, 1800).wants(fires("down"), to="boss")
    story.at(1900).reload(escalations=[{**PAGER, "steps": PAGER["steps"][:1]}])
    await story.run(until=HOUR)


async def test_who_was_not_told_that_it_was_over_is_called_when_it_fires_again(tmp_path: Path):
    route = {"escalation": "pager", "group_by": ["alertname"], "group_wait": "0s", "group_interval": "10m"}
    story = pager(tmp_path, route=route)
    story.at(0).fires("down")
    story.between(0, 0).wants(fires("down"), to="oncall", reason="first")
    story.between(900, 900).wants(fires("down"), to="lead", reason="escalated")
    # over and back before anybody is told of the end
    story.at(1000).resolves("down").at(1100).fires("down")
    story.between(1100, 1100).wants(fires("down", since=1100), to="oncall", reason="escalated")
    story.between(2000, 2000).wants(fires("down", since=1100), to="lead", reason="escalated")
    story.at(2100).acts("acknowledge", "down")
    await story.run(until=HOUR)

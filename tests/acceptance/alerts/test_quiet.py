"""What is held back by other alerts and by the clock, what comes and goes, and what comes all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.alert_time import Story, fires, resolved

PROVIDER = [{"source_matchers": ['alertname="down"'], "target_matchers": ['alertname="slow"'], "equal": ["provider"]}]


async def test_an_inhibited_alert_is_not_told_after_a_restart_or_reload(tmp_path: Path):
    story = Story(tmp_path, inhibit_rules=PROVIDER)
    story.at(1).push("down", provider="x")
    story.between(1, 1).wants(fires("down", provider="x"))
    story.at(2).push("slow", provider="x").push("slow", provider="y")
    story.between(2, 2).wants(fires("slow", provider="y"))
    story.at(3).restart()
    story.at(4).sees("slow", "suppressed", provider="x")
    story.at(5).reload(inhibit_rules=PROVIDER)
    story.at(9).push("down", start=1, end=9, provider="x")
    story.between(9, 9).wants(resolved("down", provider="x"))
    story.between(9, 9).wants(fires("slow", provider="x"), reason="first")
    await story.run(until=20)


async def test_after_a_start_nothing_is_told_before_our_rules_were_looked_at(tmp_path: Path):
    story = Story(tmp_path, start_delay="5s", inhibit_rules=PROVIDER)
    story.at(1).push("slow", provider="x")
    story.at(2).fires("down", provider="x")
    story.between(2, 2).wants(fires("down", provider="x"))
    await story.run(until=20)


async def test_the_wait_after_a_start_ends_where_no_rule_is_evaluated(tmp_path: Path):
    story = Story(tmp_path, start_delay="5s")
    story.at(1).push("slow")
    story.between(5, 5).wants(fires("slow"))
    await story.run(until=20)


async def test_what_was_told_and_ends_while_it_is_inhibited_is_told(tmp_path: Path):
    story = Story(tmp_path, inhibit_rules=PROVIDER)
    story.at(1).push("slow", provider="x")
    story.between(1, 1).wants(fires("slow", provider="x"))
    story.at(2).push("down", provider="x")
    story.between(2, 2).wants(fires("down", provider="x"))
    story.at(3).push("slow", start=1, end=3, provider="x")
    story.between(3, 3).wants(resolved("slow", provider="x"))
    await story.run(until=10)


# the story begins on a Tuesday at 22:13:20 UTC
NIGHT: dict[str, Any] = {
    "resolve_timeout": "1d",
    "time_intervals": [{
        "name": "night",
        "time_intervals": [
            {"times": [{"start_time": "22:30", "end_time": "24:00"}]},
            {"times": [{"start_time": "00:00", "end_time": "06:00"}]},
        ],
    }],
}  # fmt: skip
BEGIN, END = 1000, 28_000
QUIET = [{"matchers": ['team="day"'], "mute_time_intervals": ["night"]}]


async def test_a_muted_route_is_silent_and_tells_at_its_end_what_is_still_to_be_told(tmp_path: Path):
    story = Story(tmp_path, route={"routes": QUIET}, **NIGHT)
    story.at(1).push("before", team="day").push("over", team="day")
    story.between(1, 1).wants(fires("before", team="day"))
    story.between(1, 1).wants(fires("over", team="day"))
    story.at(2000).push("within", team="day").push("brief", team="day").push("other")
    story.between(2000, 2000).wants(fires("other"))
    story.at(2001).sees("within", "suppressed", team="day")
    story.at(3000).push("brief", start=2000, end=3000, team="day").push("over", start=1, end=3000, team="day")
    story.at(3500).restart()
    story.between(END, END).wants(fires("before", team="day"), reason="unmuted")
    story.between(END, END).wants(fires("within", team="day"), reason="first")
    story.between(END, END).wants(resolved("over", team="day", until=3000), reason="resolved")
    story.between(2000 + 14400, 2000 + 14400).wants(fires("other"), reason="repeat")
    await story.run(until=END + 10)


async def test_outside_of_its_active_times_a_route_is_silent(tmp_path: Path):
    active = [{"matchers": ['team="night"'], "active_time_intervals": ["night"]}]
    story = Story(tmp_path, route={"routes": active}, **NIGHT)
    story.at(1).push("early", team="night").sees("early", "suppressed", team="night")
    story.between(BEGIN, BEGIN).wants(fires("early", team="night"))
    await story.run(until=BEGIN + 10)


async def test_at_the_end_of_a_maintenance_is_told_what_still_fires(tmp_path: Path):
    weekly = {
        "name": "upgrade", "matchers": ['env="staging"'], "comment": "every week",
        "schedule": {"cron": "30 23 * * tue", "duration": "1h", "location": "Europe/Berlin"},
    }  # fmt: skip
    story = Story(tmp_path, maintenance=[weekly], resolve_timeout="1d")
    # 23:30 in Berlin is 22:30 UTC
    story.at(1).push("a", env="staging").push("b", env="prod")
    story.between(1, 1).wants(fires("a", env="staging"))
    story.between(1, 1).wants(fires("b", env="prod"))
    story.at(BEGIN + 1).sees("a", "suppressed", env="staging").sees("b", "active", env="prod")
    story.at(BEGIN + 60).push("c", env="staging")
    story.between(BEGIN + 3600, BEGIN + 3600).wants(fires("a", env="staging"), reason="unmuted")
    story.between(BEGIN + 3600, BEGIN + 3600).wants(fires("c", env="staging"), reason="first")
    await story.run(until=BEGIN + 3700)
    assert [silence.comment for silence in story.dispatcher.silences()] == ["upgrade: every week"]


FLAP = {"flap": {"changes": 4, "per": "10m", "digest": "5m"}}


def flap(story: Story, begin: int, times: int, tier: Any = "warning") -> None:
    for turn in range(times):
        story.at(begin + 20 * turn).fires("flaky", tier)
        story.at(begin + 20 * turn + 10).resolves("flaky")


async def test_an_alert_that_flaps_is_told_once_and_then_by_a_digest(tmp_path: Path):
    story = Story(tmp_path, **FLAP)
    flap(story, 0, 10)
    for second in (0, 20):
        story.between(second, second).wants(fires("flaky"))
        story.between(second + 10, second + 10).wants(resolved("flaky"))
    story.between(40, 40).wants(fires("flaky"), reason="flapping")
    story.between(340, 340).wants(resolved("flaky"), reason="digest")
    # calm again, it is told as any other
    story.at(2000).fires("flaky")
    story.between(2000, 2000).wants(fires("flaky"), reason="first")
    await story.run(until=2010)
    (said,) = [told.body["summary"] for told in story.told if told.body["reason"] == "flapping"]
    assert said == "flapping, next word in 5m: flaky is warning (5 changes in 10m)"


async def test_a_critical_alert_is_told_however_often_it_comes(tmp_path: Path):
    story = Story(tmp_path, **FLAP)
    flap(story, 0, 5, "critical")
    for second in range(0, 100, 20):
        story.between(second, second).wants(fires("flaky", tier="critical"))
        story.between(second + 10, second + 10).wants(resolved("flaky"))
    await story.run(until=200)


async def test_flapping_is_known_after_a_restart(tmp_path: Path):
    story = Story(tmp_path, **FLAP)
    flap(story, 0, 3)
    story.at(65).restart()
    for second in (0, 20):
        story.between(second, second).wants(fires("flaky"))
        story.between(second + 10, second + 10).wants(resolved("flaky"))
    story.between(40, 40).wants(fires("flaky"), reason="flapping")
    story.at(70).fires("flaky")
    story.between(340, 340).wants(fires("flaky"), reason="digest")
    await story.run(until=400)


STORM = {"storm": {"messages": 3, "per": "30s"}}


async def test_a_storm_becomes_one_message_and_nothing_is_lost(tmp_path: Path):
    story = Story(tmp_path, **STORM)
    for place in range(20):
        story.at(1).push(f"a{place:02}")
    for place in range(3):
        story.between(1, 1).wants(fires(f"a{place:02}"))
    # one that is over before the rest is told was never told
    story.at(5).push("a19", start=1, end=5)
    story.between(11, 11).wants(*(fires(f"a{place:02}") for place in range(3, 19)), reason="overflow")
    story.at(12).push("a04", start=1, end=12)
    story.between(21, 21).wants(resolved("a04"))
    await story.run(until=40)
    (summary,) = [told.body["summary"] for told in story.told if told.body["reason"] == "overflow"]
    assert summary == "16 alerts of 16 groups, told together: too many messages"


async def test_a_critical_alert_is_told_in_the_middle_of_a_storm(tmp_path: Path):
    story = Story(tmp_path, **STORM)
    for place in range(6):
        story.at(1).push(f"a{place}")
    story.at(2).push("grave", severity="critical")
    for place in range(3):
        story.between(1, 1).wants(fires(f"a{place}"))
    story.between(2, 2).wants(fires("grave", severity="critical"))
    story.between(11, 11).wants(*(fires(f"a{place}") for place in range(3, 6)), reason="overflow")
    await story.run(until=20)


async def test_a_restart_in_a_storm_tells_the_rest(tmp_path: Path):
    story = Story(tmp_path, **STORM)
    for place in range(6):
        story.at(1).push(f"a{place}")
    for place in range(3):
        story.between(1, 1).wants(fires(f"a{place}"))
    story.at(2).restart()
    for place in range(3, 6):
        story.between(2, 2.5).wants(fires(f"a{place}"))
    await story.run(until=20)

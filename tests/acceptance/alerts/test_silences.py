"""Silences: what they hold back, and how they end."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanwise_alerts.silence import SilenceUnknown
from tests.support.alert_time import START_S, Story, fires, resolved

HOUR = 3600


async def test_what_was_told_is_told_resolved_even_while_it_is_silenced(tmp_path: Path):
    story = Story(tmp_path)
    story.at(1).push("told")
    story.between(1, 1).wants(fires("told"))
    story.at(2).silence('alertname=~".+"', until=100)
    story.at(3).push("told", start=1, end=3).push("untold")
    story.between(3, 3).wants(resolved("told"))
    story.at(4).push("untold", start=3, end=4)
    await story.run(until=120)


async def test_what_still_fires_is_told_again_when_its_silence_ends(tmp_path: Path):
    story = Story(tmp_path, resolve_timeout="1h")
    story.at(1).push("told")
    story.between(1, 1).wants(fires("told"), reason="first")
    story.at(2).silence('alertname=~".+"', until=60)
    story.at(5).push("new")
    story.between(60, 60).wants(fires("told"), reason="unmuted")
    story.between(60, 60).wants(fires("new"), reason="first")
    await story.run(until=70)


async def test_a_restart_forgets_neither_the_silence_nor_what_it_holds_back(tmp_path: Path):
    story = Story(tmp_path, resolve_timeout="1h")
    story.at(1).push("told")
    story.between(1, 1).wants(fires("told"))
    story.at(2).silence('alertname="told"', until=60)
    story.at(10).restart()
    story.at(11).sees("told", "suppressed")
    story.between(60, 60).wants(fires("told"), reason="unmuted")
    await story.run(until=70)


async def test_an_edit_keeps_the_id_unless_it_changes_what_is_matched(tmp_path: Path):
    story, ids = Story(tmp_path), []

    async def note() -> None:
        ids.append(story.silences["s"])

    story.at(1).silence('a="b"', until=50, name="s").does(note)
    story.at(2).silence('a="b"', until=90, start=1, name="s").does(note)
    story.at(3).silence('a="c"', until=90, start=1, name="s").does(note)
    await story.run(until=5)
    first, second, third = ids
    assert first == second != third
    silences = {silence.id: silence for silence in story.dispatcher.silences()}
    assert (silences[first].state(START_S + 5), silences[third].state(START_S + 5)) == ("expired", "active")
    assert silences[first].ends_at_s == START_S + 3


async def test_an_unknown_silence_is_said_to_be_unknown_and_a_bad_one_what_is_wrong(tmp_path: Path):
    story, said = Story(tmp_path), []

    async def ask() -> None:
        with pytest.raises(SilenceUnknown, match="silence nothing not found"):
            await story.dispatcher.expire("nothing", story.clock())
        story.silences["x"] = "nothing"
        with pytest.raises(SilenceUnknown):
            await story.at(1).silence('a="b"', until=50, name="x").story.script.pop()[1]()
        for matchers, until in (('a="b"', 0.5), ('a=~".*"', 50)):
            with pytest.raises(ValueError, match="invalid silence") as raised:
                await story.at(1).silence(matchers, until=until).story.script.pop()[1]()
            said.append(str(raised.value))

    story.at(1).does(ask)
    await story.run(until=2)
    assert said == [
        "invalid silence: start time must be before end time",
        "invalid silence: at least one matcher must not match the empty string",
    ]


async def test_a_silence_until_resolved_ends_with_what_it_caught(tmp_path: Path):
    story = Story(tmp_path)
    story.at(1).push("a")
    story.between(1, 1).wants(fires("a"))
    story.at(2).silence('alertname="a"', until=1000, until_resolved=True)
    story.at(3).push("a", start=1, end=3)
    story.between(3, 3).wants(resolved("a"))
    story.at(10).push("a")
    story.between(10, 10).wants(fires("a"))
    await story.run(until=20)


async def test_a_silence_until_resolved_waits_for_something_to_catch(tmp_path: Path):
    story = Story(tmp_path)
    story.at(1).silence('alertname="a"', until=1000, until_resolved=True)
    story.at(5).push("a").sees("a", "suppressed")
    story.at(6).restart()
    story.at(7).push("a", start=5, end=7)
    story.at(8).push("a")
    story.between(8, 8).wants(fires("a"))
    await story.run(until=20)


async def test_a_recurring_silence_holds_in_its_windows_only(tmp_path: Path):
    # the story begins at 22:13:20: minute 15 is second 100
    story = Story(tmp_path, resolve_timeout="1d")
    story.at(1).silence('alertname="a"', until=90_000, schedule={"cron": "15 22 * * *", "duration": "10m"})
    story.at(50).push("a")
    story.between(50, 50).wants(fires("a"))
    story.at(99).sees("a", "active")
    story.at(101).sees("a", "suppressed")
    story.between(700, 700).wants(fires("a"), reason="unmuted")
    await story.run(until=800)


async def test_the_end_of_a_silence_is_announced_to_those_it_keeps_from_hearing(tmp_path: Path):
    story = Story(tmp_path, resolve_timeout="1d")
    story.at(1).push("a").push("b")
    story.between(1, 1).wants(fires("a"))
    story.between(1, 1).wants(fires("b"))
    story.at(2).silence('alertname="a"', until=HOUR)
    # a short one is not forgotten, and one that holds back nothing is nobody's concern
    story.at(3).silence('alertname="b"', until=1000).silence('alertname="c"', until=HOUR)
    story.between(1000, 1000).wants(fires("b"), reason="unmuted")
    story.between(HOUR - 900, HOUR - 900).wants(fires("a"), reason="reminder")
    story.at(HOUR - 500).restart()
    story.between(HOUR, HOUR).wants(fires("a"), reason="unmuted")
    await story.run(until=HOUR + 10)
    (reminder,) = [told.body for told in story.told if told.body["reason"] == "reminder"]
    assert reminder["summary"] == "a silence by me ends in 15 min and still holds back 1 alerts: because"


async def test_silences_that_are_over_are_kept_for_five_days(tmp_path: Path):
    story, kept = Story(tmp_path), list[int]()

    async def count() -> None:
        kept.append(len(story.dispatcher.silences()))

    story.at(1).silence('a="b"', until=100)
    story.at(100 + 4.9 * 86400).does(count)
    story.at(100 + 5.1 * 86400).restart()
    story.at(100 + 5.2 * 86400).push("x")
    story.at(100 + 5.2 * 86400 + 1).does(count)
    story.between(0, 1e9).wants(fires("x"))
    await story.run(until=100 + 5.2 * 86400 + 2)
    assert kept == [1, 0]

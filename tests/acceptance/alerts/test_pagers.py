"""Pagers: an incident for each group, opened and ended by nothing else; called off by whoever looks after it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tests.support.alert_time import Story, fires, resolved
from tests.support.webhook import WebhookSink

PAGER = "pager"


class Incidents:
    """What a pager holds after the events that it was sent, in their order."""

    def __init__(self, sink: WebhookSink) -> None:
        self._sink = sink

    @property
    def events(self) -> list[dict[str, Any]]:
        """All that arrived."""
        return self._sink.bodies

    def open(self) -> Counter[str]:
        """Return the classes of what is open; what is acknowledged is marked."""
        state: dict[str, tuple[str, str]] = {}
        for event in self.events:
            key, action = event["dedup_key"], event["event_action"]
            match action:
                case "trigger":
                    state[key] = (event["payload"]["class"], "")
                case "acknowledge":
                    state[key] = (state[key][0], " (seen)")
                case _:
                    state.pop(key, None)
        return Counter(name + seen for name, seen in state.values())


def paged(folder: Path, sink: WebhookSink, **section: Any) -> Story:
    """Make a story whose receiver has a pager beside its webhook."""
    pager = {"routing_key": "k", "url": f"{sink.url}/v2/enqueue", "allow_private": True}
    return Story(folder, receivers=[{"name": "team", "pagerduty": pager}], **section)


async def test_in_a_storm_each_group_is_an_incident_that_ends_with_it(tmp_path: Path):
    with WebhookSink() as pager:
        story = paged(tmp_path, pager, storm={"messages": 3, "per": "30s"})
        held = Incidents(pager)
        for place in range(8):
            story.at(1).push(f"a{place}")
        for place in range(3):
            story.between(1, 1).wants(fires(f"a{place}"))
        story.between(11, 11).wants(*(fires(f"a{place}") for place in range(3, 8)), reason="overflow")

        async def look() -> None:
            assert held.open() == Counter(f"a{place}" for place in range(8))

        story.at(12).does(look)
        # what ends in the next storm ends there, too
        for place in range(8):
            story.at(13).push(f"a{place}", start=1, end=13)
        story.between(21, 21).wants(*(resolved(f"a{place}") for place in range(8)), reason="overflow")
        await story.run(until=60)
        assert held.open() == Counter()
        assert Counter(event["event_action"] for event in held.events) == {"trigger": 8, "resolve": 8}


async def test_an_incident_grows_worse_and_ends_as_one(tmp_path: Path):
    with WebhookSink() as pager:
        story = paged(tmp_path, pager)
        story.at(1).fires("slow").at(5).fires("slow", "critical").at(9).resolves("slow")
        story.between(1, 1).wants(fires("slow", tier="warning"))
        story.between(5, 5).wants(fires("slow", tier="critical"))
        story.between(9, 9).wants(resolved("slow"))
        await story.run(until=20)
    shown = [(event["event_action"], event.get("payload", {}).get("severity")) for event in pager.bodies]
    assert shown == [("trigger", "warning"), ("trigger", "critical"), ("resolve", None)]
    assert len({event["dedup_key"] for event in pager.bodies}) == 1


async def test_what_fires_anew_is_another_incident(tmp_path: Path):
    with WebhookSink() as pager:
        story = paged(tmp_path, pager)
        story.at(1).fires("slow").at(5).resolves("slow").at(9).fires("slow")
        story.between(1, 1).wants(fires("slow"))
        story.between(5, 5).wants(resolved("slow"))
        story.between(9, 9).wants(fires("slow"))
        await story.run(until=20)
    keys = [event["dedup_key"] for event in pager.bodies]
    assert keys[0] == keys[1] != keys[2]


async def test_a_pager_is_called_off_when_all_of_a_group_is_acknowledged(tmp_path: Path):
    with WebhookSink() as pager:
        story = paged(tmp_path, pager, route={"group_by": ["zone"], "group_wait": "1s"})
        held = Incidents(pager)
        story.at(1).fires("slow", zone="a").at(1).fires("down", zone="a")
        story.between(2, 2).wants(fires("slow", zone="a"), fires("down", zone="a"))
        story.at(5).acts("acknowledge", "slow", zone="a").at(8).acts("acknowledge", "down", zone="a")
        seen = list[int]()

        async def look() -> None:
            seen.append(sum(held.open()[name] for name in ("slow", "down")))

        story.at(6).does(look).at(9).does(look)
        # everybody else hears nothing of it
        await story.run(until=20)
    assert seen == [1, 0]
    assert [event["event_action"] for event in pager.bodies] == ["trigger", "acknowledge"]
    assert sum(held.open().values()) == 1


async def test_a_restart_between_forgets_neither_the_incident_nor_who_looks_after_it(tmp_path: Path):
    with WebhookSink() as pager:
        story = paged(tmp_path, pager)
        story.at(1).fires("slow").at(3).restart().at(5).acts("acknowledge", "slow").at(7).restart().at(9).resolves(
            "slow"
        )
        story.between(1, 1).wants(fires("slow"))
        story.between(9, 9).wants(resolved("slow"))
        await story.run(until=20)
    assert [event["event_action"] for event in pager.bodies] == ["trigger", "acknowledge", "resolve"]
    assert len({event["dedup_key"] for event in pager.bodies}) == 1


async def test_a_pager_gets_no_reminder_of_a_silence(tmp_path: Path):
    hour = 3600
    with WebhookSink() as pager:
        story = paged(tmp_path, pager, resolve_timeout="1d")
        story.at(1).silence("alertname=a", until=hour).at(2).push("a")
        story.between(hour - 900, hour - 900).wants(fires("a"), reason="reminder")
        story.between(hour, hour).wants(fires("a"), reason="first")
        await story.run(until=hour + 10)
    assert [event["event_action"] for event in pager.bodies] == ["trigger"]


async def test_an_alert_that_goes_on_in_another_group_leaves_no_incident_behind(tmp_path: Path):
    routes = [{"matchers": ['severity="critical"'], "group_by": ["alertname", "severity"]}]
    with WebhookSink() as pager:
        story = paged(tmp_path, pager, route={"routes": routes})
        held = Incidents(pager)
        story.at(1).fires("slow").at(5).fires("slow", "critical")
        story.between(1, 1).wants(fires("slow", tier="warning"))
        story.between(5, 5).wants(fires("slow", tier="critical"))
        seen = list[Counter[str]]()

        async def look() -> None:
            seen.append(held.open())

        story.at(6).does(look).at(9).resolves("slow")
        story.between(9, 400).wants(resolved("slow"))
        await story.run(until=400)
    assert seen == [Counter(["slow"])]
    assert held.open() == Counter()


async def test_incidents_follow_groups_that_are_made_anew(tmp_path: Path):
    with WebhookSink() as pager:
        story = paged(tmp_path, pager, route={"group_by": ["zone"], "group_wait": "0s"})
        held = Incidents(pager)
        story.at(1).fires("slow", zone="a").at(1).fires("down", zone="a")
        story.between(1, 1).wants(fires("slow", zone="a"))
        story.between(1, 400).wants(fires("slow", zone="a"), fires("down", zone="a"), reason="new")
        seen = list[Counter[str]]()

        async def look() -> None:
            seen.append(held.open())

        story.at(500).reload(route={"group_by": ["..."]}).at(501).does(look)
        story.at(600).resolves("slow", zone="a").at(601).does(look).at(700).resolves("down", zone="a")
        story.between(600, 900).wants(resolved("slow", zone="a"))
        story.between(700, 1100).wants(resolved("down", zone="a"))
        await story.run(until=2000)
    assert seen[0] == Counter(["slow", "down"])
    assert held.open() == Counter()

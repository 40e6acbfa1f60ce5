"""Who is told of which alert, together with what."""

from __future__ import annotations

from pathlib import Path

from tests.support.alert_time import Story, fires, resolved

TEAMS = {
    "receiver": "team",
    "routes": [
        {"matchers": ['severity="critical"'], "receiver": "pager", "continue": True},
        {"matchers": ['service=~"shop.*"'], "receiver": "shop"},
    ],
}


async def test_without_any_routing_each_alert_is_told_by_itself_and_at_once(tmp_path: Path):
    story = Story(tmp_path)
    story.at(1).push("a").push("b")
    story.at(2).push("b", start=1, end=2)
    story.between(1, 1).wants(fires("a"), reason="first")
    story.between(1, 1).wants(fires("b"), reason="first")
    story.between(2, 2).wants(resolved("b", since=1, until=2), reason="resolved")
    await story.run(until=5)


async def test_the_first_route_that_matches_counts_and_continue_goes_on(tmp_path: Path):
    story = Story(tmp_path, receivers=["team", "pager", "shop"], route=TEAMS)
    story.at(1).push("a", severity="critical", service="shop-1")
    story.at(2).push("b", service="shop-2")
    story.at(3).push("c", severity="critical")
    story.at(4).push("d")
    story.between(1, 1).wants(fires("a", severity="critical", service="shop-1"), to="pager")
    story.between(1, 1).wants(fires("a", severity="critical", service="shop-1"), to="shop")
    story.between(2, 2).wants(fires("b", service="shop-2"), to="shop")
    story.between(3, 3).wants(fires("c", severity="critical"), to="pager")
    story.between(4, 4).wants(fires("d"))
    await story.run(until=6)


async def test_a_group_waits_for_more_and_then_for_its_interval(tmp_path: Path):
    route = {"group_by": ["alertname"], "group_wait": "30s", "group_interval": "5m"}
    story = Story(tmp_path, resolve_timeout="1h", route=route)
    story.at(1).push("down", host="a")
    story.at(20).push("down", host="b").push("other")
    story.between(31, 31).wants(fires("down", host="a"), fires("down", host="b"), reason="first")
    story.between(50, 50).wants(fires("other"))
    story.at(40).push("down", host="c")
    story.between(331, 331).wants(*(fires("down", host=host) for host in "abc"), reason="new")
    await story.run(until=340)


async def test_with_group_by_the_waits_are_alertmanagers(tmp_path: Path):
    story = Story(tmp_path, resolve_timeout="1d", route={"group_by": ["alertname"]})
    story.at(1).push("a")
    story.between(31, 31).wants(fires("a"))
    story.between(31 + 4 * 3600, 31 + 4 * 3600 + 300).wants(fires("a"), reason="repeat")
    await story.run(until=31 + 4 * 3600 + 301)


async def test_a_critical_alert_takes_its_group_along_at_once(tmp_path: Path):
    story = Story(tmp_path, route={"group_by": [], "group_wait": "30s"})
    story.at(1).push("mild")
    story.at(2).push("grave", severity="critical")
    story.between(2, 2).wants(fires("mild"), fires("grave", severity="critical"))
    await story.run(until=35)


async def test_a_critical_alert_waits_where_that_is_asked_for(tmp_path: Path):
    story = Story(tmp_path, route={"group_by": [], "group_wait": "30s", "critical_at_once": False})
    story.at(2).push("grave", severity="critical")
    story.between(32, 32).wants(fires("grave", severity="critical"))
    await story.run(until=35)


async def test_a_change_of_tier_is_told_without_the_interval(tmp_path: Path):
    story = Story(tmp_path, route={"group_by": [], "group_wait": "10s", "group_interval": "5m"})
    story.at(1).fires("slow", "info")
    story.between(11, 11).wants(fires("slow", tier="info"), reason="first")
    story.at(20).fires("slow", "warning")
    story.between(20, 20).wants(fires("slow", tier="warning"), reason="tier")
    story.at(25).fires("slow", "critical")
    story.between(25, 25).wants(fires("slow", tier="critical"), reason="tier")
    # what gets better has time
    story.at(40).fires("slow", "warning")
    story.between(325, 325).wants(fires("slow", tier="warning"), reason="tier")
    await story.run(until=330)
    assert story.changes() == ["fired", "upgraded", "upgraded", "downgraded"]


async def test_whoever_was_told_of_an_alert_is_told_what_becomes_of_it(tmp_path: Path):
    by_tier = [{"matchers": ['severity="critical"'], "receiver": "pager"}]
    story = Story(tmp_path, receivers=["team", "pager"], route={"receiver": "team", "routes": by_tier})
    story.at(1).fires("slow")
    story.between(1, 1).wants(fires("slow", tier="warning"))
    story.at(2).fires("slow", "critical")
    story.between(2, 2).wants(fires("slow", tier="critical"), to="pager", reason="first")
    story.between(2, 2).wants(fires("slow", tier="critical"), reason="tier")
    story.at(3).resolves("slow")
    story.between(3, 3).wants(resolved("slow"))
    story.between(3, 3).wants(resolved("slow"), to="pager")
    await story.run(until=10)


async def test_another_route_to_the_same_receiver_tells_the_change_once(tmp_path: Path):
    by_tier = [{"matchers": ['severity="critical"'], "repeat_interval": "1h"}]
    story = Story(tmp_path, route={"routes": by_tier})
    story.at(1).fires("slow")
    story.between(1, 1).wants(fires("slow", tier="warning"), reason="first")
    story.at(2).fires("slow", "critical")
    story.between(2, 2).wants(fires("slow", tier="critical"), reason="tier")
    story.at(3).resolves("slow")
    story.between(3, 3).wants(resolved("slow"))
    await story.run(until=10)


async def test_an_alert_that_comes_and_goes_within_the_wait_is_not_told(tmp_path: Path):
    story = Story(tmp_path, route={"group_by": [], "group_wait": "30s"})
    story.at(1).push("brief")
    story.at(5).push("brief", start=1, end=5)
    await story.run(until=60)


async def test_new_routes_tell_nothing_twice_and_forget_no_end(tmp_path: Path):
    route = {"receiver": "team", "group_by": ["alertname"], "group_wait": "1s", "group_interval": "1s"}
    story = Story(tmp_path, receivers=["team", "other"], route=route)
    story.at(1).push("a", host="x").push("b", host="y")
    story.between(2, 2).wants(fires("a", host="x"))
    story.between(2, 2).wants(fires("b", host="y"))
    # other groups, and `b` goes to somebody else: it is told there, and its end at both
    moved = [{"matchers": ['alertname="b"'], "receiver": "other"}]
    story.at(5).reload(route={"receiver": "team", "routes": moved})
    story.between(5, 5).wants(fires("b", host="y"), to="other")
    story.at(9).push("a", start=1, end=9, host="x").push("b", start=1, end=9, host="y")
    story.between(9, 9).wants(resolved("a", host="x"))
    story.between(9, 9).wants(resolved("b", host="y"))
    story.between(9, 9).wants(resolved("b", host="y"), to="other")
    await story.run(until=12)


async def test_without_receivers_alerts_are_seen_only(tmp_path: Path):
    story = Story(tmp_path, receivers=[])
    story.at(1).push("a")
    story.at(2).sees("a", "active").push("a", start=1, end=2)
    story.at(3).sees("a", "gone")
    await story.run(until=4)
    assert story.changes() == ["fired", "resolved"]


async def test_an_alert_by_itself_is_one_thread_through_all_its_tiers(tmp_path: Path):
    story = Story(tmp_path)
    story.at(1).fires("slow")
    story.at(2).fires("slow", "critical")
    story.at(3).resolves("slow")
    story.between(1, 1).wants(fires("slow", tier="warning"))
    story.between(2, 2).wants(fires("slow", tier="critical"))
    story.between(3, 3).wants(resolved("slow", tier="critical"))
    await story.run(until=5)
    assert {told.body["group_key"] for told in story.told} == {'{}:{alertname="slow"}'}
    assert len({told.body["thread"] for told in story.told}) == 1

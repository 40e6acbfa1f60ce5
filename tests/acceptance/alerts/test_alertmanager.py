"""What Alertmanager asks of itself (its test/with_api_v2/acceptance), in the same seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.alert_time import Story, fires, resolved
from tests.support.webhook import Reply

EVERY_SECOND: dict[str, Any] = {
    "group_by": ["alertname"], "group_wait": "1s", "group_interval": "1s", "repeat_interval": "1ms",
}  # fmt: skip


async def test_merging(tmp_path: Path):
    story = Story(tmp_path, route={**EVERY_SECOND, "group_by": []})
    story.at(1).push("test", start=1.1)
    # the earliest start counts
    story.at(1).push("test", start=1, annotations={"ann": "v1"})
    story.between(2, 2.5).wants(fires("test", since=1))
    # the last annotations count
    story.at(2.1).push("test", start=1, annotations={"ann": "v2"})
    story.between(3, 3.5).wants(fires("test", since=1))
    # resolved twice: the latest end counts
    story.at(3.1).push("test", start=1, end=3.4)
    story.at(3.5).push("test", start=1, end=3.5)
    story.at(3.6).push("test", start=1, end=3.3)
    story.between(4, 4.5).wants(resolved("test", since=1, until=3.5))
    # it begins anew
    story.at(5).push("test", start=5)
    story.between(6, 6.5).wants(fires("test", since=5))
    await story.run(until=6.5)
    bodies = [told.body["alerts"][0] for told in story.told]
    assert [body["annotations"] for body in bodies] == [{"ann": "v1"}, {"ann": "v2"}, {}, {}]


async def test_an_end_in_the_future_moves_with_each_push(tmp_path: Path):
    story = Story(tmp_path, route={**EVERY_SECOND, "group_interval": "5s", "repeat_interval": "1h"})
    for second in (1, 2, 3):
        story.at(second).push("test", start=1, end=second + 3)
    story.between(2, 2.5).wants(fires("test", since=1))
    story.between(7, 7.5).wants(resolved("test", since=1, until=6))
    await story.run(until=10)


async def test_repeating(tmp_path: Path):
    story = Story(tmp_path, route=EVERY_SECOND)
    story.at(1).push("test")
    for second in (2, 3, 4, 5):
        story.between(second, second + 0.5).wants(fires("test", since=1))
    await story.run(until=5.5)
    assert [told.body["reason"] for told in story.told] == ["first", "repeat", "repeat", "repeat"]


async def test_batching(tmp_path: Path):
    story = Story(tmp_path, route={**EVERY_SECOND, "group_by": [], "repeat_interval": "4900ms"})
    story.at(1.1).push("test1")
    story.at(1.7).push("test5")
    story.between(2.0, 2.5).wants(fires("test1", since=1.1), fires("test5", since=1.7))
    story.at(3.3).push("test2").push("test3").push("test4")
    everything = [fires("test1"), fires("test5"), fires("test2", since=3.3), fires("test3"), fires("test4")]
    story.between(4.1, 4.5).wants(*everything)
    # 4.9 s after it was told last comes the next moment at which the group may be told
    story.between(9.1, 9.5).wants(*everything)
    await story.run(until=9.5)


async def test_retrying(tmp_path: Path):
    route = {**EVERY_SECOND, "group_interval": "2s", "repeat_interval": "3s"}
    # a receiver that fails repeats nothing at the one that does not
    receivers = ["good", "bad"]
    story = Story(
        tmp_path, receivers=receivers,
        route={**route, "receiver": "good", "routes": [{"receiver": "bad", "continue": True}, {"receiver": "good"}]},
    )  # fmt: skip
    story.at(1).push("test1")
    story.between(2, 2.5).wants(fires("test1", since=1), to="good")
    story.between(2, 2.5).wants(fires("test1", since=1), to="bad")
    story.between(6, 6.5).wants(fires("test1", since=1), to="good")
    story.between(6, 6.5).wants(fires("test1", since=1), to="bad")
    await story.run(until=6.5)


async def test_a_failed_delivery_is_tried_again_without_waiting_for_the_group(tmp_path: Path):
    story = Story(tmp_path, route={**EVERY_SECOND, "repeat_interval": "1h"}, replies=[Reply(503), Reply(503)])
    story.at(1).push("test")
    for _ in range(3):
        story.between(2, 4).wants(fires("test", since=1))
    await story.run(until=6)
    assert len({told.body["delivery"] for told in story.told}) == 1


async def test_resolving_by_timeout(tmp_path: Path):
    story = Story(tmp_path, resolve_timeout="10s", route={**EVERY_SECOND, "group_interval": "5s"})
    story.at(1).push("test", lbl="v1")
    story.at(1).push("test", lbl="v2")
    story.at(1).push("test", lbl="v3")
    three = [{"lbl": f"v{n}"} for n in (1, 2, 3)]
    story.between(2, 2.5).wants(*(fires("test", since=1, **labels) for labels in three))
    story.between(7, 7.5).wants(*(fires("test", since=1, **labels) for labels in three))
    story.between(12, 12.5).wants(*(resolved("test", since=1, until=11, **labels) for labels in three))
    await story.run(until=20)


async def test_a_receiver_that_is_told_of_no_ends_still_hears_of_the_next_firing(tmp_path: Path):
    receivers = [{"name": "all"}, {"name": "quiet", "webhook": {"send_resolved": False}}]
    both = [{"receiver": "quiet", "continue": True}, {"receiver": "all"}]
    story = Story(
        tmp_path,
        receivers=receivers,
        route={**EVERY_SECOND, "repeat_interval": "1h", "receiver": "all", "routes": both},
    )
    story.at(1).push("test", start=1)
    story.at(3.1).push("test", start=1, end=3.1)
    story.at(8).push("test", start=8)
    for to in ("all", "quiet"):
        story.between(2, 2.5).wants(fires("test", since=1), to=to)
        story.between(9, 9.5).wants(fires("test", since=8), to=to)
    story.between(4, 4.5).wants(resolved("test", until=3.1), to="all")
    await story.run(until=10)


async def test_a_reload_tells_nothing_again(tmp_path: Path):
    story = Story(tmp_path, route={**EVERY_SECOND, "group_interval": "6s", "repeat_interval": "10m", "group_by": []})
    story.at(1).push("test1")
    story.at(3).reload()
    story.at(4).push("test2")
    story.between(2, 2.5).wants(fires("test1", since=1))
    # the interval began anew with the reload
    story.between(9, 9.5).wants(fires("test1", since=1), fires("test2", since=4))
    await story.run(until=12)


INHIBITING: dict[str, Any] = {
    "route": {**EVERY_SECOND, "group_by": [], "repeat_interval": "1s"},
    "inhibit_rules": [{
        "source_matchers": ['alertname="JobDown"'], "target_matchers": ['alertname="InstanceDown"'],
        "equal": ["job", "zone"],
    }],
}  # fmt: skip
AA, AB = {"job": "testjob", "zone": "aa"}, {"job": "testjob", "zone": "ab"}


async def test_inhibiting(tmp_path: Path):
    story = Story(tmp_path, **INHIBITING)
    story.at(1).push("test1", **AA).push("InstanceDown", **AA).push("InstanceDown", **AB)
    story.at(2.2).push("JobDown", **AA)
    story.at(3.6).push("JobDown", start=2.2, end=3.6, **AA)
    story.between(2, 2.5).wants(
        fires("test1", since=1, **AA), fires("InstanceDown", since=1, **AA), fires("InstanceDown", since=1, **AB)
    )
    story.between(3, 3.5).wants(
        fires("test1", since=1, **AA), fires("InstanceDown", since=1, **AB), fires("JobDown", since=2.2, **AA)
    )
    story.between(4, 4.5).wants(
        fires("test1", since=1, **AA), fires("InstanceDown", since=1, **AA), fires("InstanceDown", since=1, **AB),
        resolved("JobDown", since=2.2, until=3.6, **AA),
    )  # fmt: skip
    await story.run(until=4.5)


async def test_always_inhibiting(tmp_path: Path):
    story = Story(tmp_path, **INHIBITING)
    story.at(1).push("test1", **AA).push("InstanceDown", **AA).push("JobDown", **AA)
    story.at(2.6).push("JobDown", start=1, end=2.6, **AA).push("InstanceDown", start=1, end=2.6, **AA)
    story.between(2, 2.5).wants(fires("test1", since=1, **AA), fires("JobDown", since=1, **AA))
    story.between(3, 3.5).wants(
        fires("test1", since=1, **AA), resolved("InstanceDown", since=1, until=2.6, **AA),
        resolved("JobDown", since=1, until=2.6, **AA),
    )  # fmt: skip
    await story.run(until=3.5)


async def test_silencing(tmp_path: Path):
    story = Story(tmp_path, route={**EVERY_SECOND, "group_by": []})
    # no repeat for what is silenced, and it is told again when it is over
    story.at(1).push("test1").push("test2")
    story.at(2.3).silence('alertname="test1"', until=4.5)
    story.between(2, 2.5).wants(fires("test1", since=1), fires("test2", since=1))
    story.between(3, 3.5).wants(fires("test2", since=1))
    story.between(4, 4.5).wants(fires("test2", since=1))
    story.between(5, 5.5).wants(fires("test1", since=1), fires("test2", since=1))
    await story.run(until=5.5)


async def test_deleting_a_silence(tmp_path: Path):
    story = Story(tmp_path, route={**EVERY_SECOND, "group_by": []})
    story.at(1).push("test1").push("test2")
    story.at(1.3).silence('alertname=~"test[1-9]"', until=100)
    story.at(3.5).expire()
    story.between(4, 4.5).wants(fires("test1", since=1), fires("test2", since=1))
    await story.run(until=4.5)


async def test_states_change_at_once(tmp_path: Path):
    story = Story(tmp_path, **{**INHIBITING, "route": {**EVERY_SECOND, "group_wait": "30s"}})
    story.at(1).push("test1").push("InstanceDown", **AA)
    story.at(1.1).sees("test1", "unprocessed").sees("InstanceDown", "unprocessed", **AA)
    story.at(2).silence('alertname="test1"', until=100).sees("test1", "suppressed")
    story.at(3).push("JobDown", **AA).sees("InstanceDown", "suppressed", **AA)
    story.at(4).push("JobDown", start=3, end=4, **AA).sees("InstanceDown", "unprocessed", **AA)
    await story.run(until=5)


async def test_a_rule_without_matchers_holds_back_nothing_of_its_own(tmp_path: Path):
    nothing = [{"source_matchers": [], "target_matchers": []}]
    story = Story(tmp_path, route=EVERY_SECOND, inhibit_rules=nothing)
    story.at(1).push("test")
    story.between(2, 2.5).wants(fires("test", since=1))
    await story.run(until=2.5)

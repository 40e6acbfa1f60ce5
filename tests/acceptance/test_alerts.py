from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.timeline import Timeline
from tests.support.smtp import MailSink
from tests.support.webhook import Reply


def rule(**changes: Any) -> dict[str, Any]:
    return {
        "name": "llm-latency", "measure": "llm.duration", "stat": "p95", "by": ["provider", "model"], "window": "10s",
        "tiers": {"warning": {"above": "8s"}}, "summary": "{{ model }} p95 is {{ value }}", **changes,
    }  # fmt: skip


TIERS = {"warning": {"above": "8s", "for": "2s"}, "critical": {"above": "15s", "for": "1s", "clear_below": "12s"}}


async def test_a_breach_is_told_at_the_next_tick_and_so_is_its_end(tmp_path: Path):
    story = Timeline([rule()], tmp_path)
    story.at(1).value(9.0, provider="openai", model="gpt-4o")
    story.between(1, 1.5).wants("firing", tier="warning", model="gpt-4o", value=9.0, summary="gpt-4o p95 is 9 s")
    story.at(5).value(2.0, provider="openai", model="gpt-4o")
    story.between(5, 5.5).wants("resolved", tier="warning", value=2.0, starts_at="2023-11-14T22:13:21.000Z")
    await story.run(until=10)
    assert story.outcomes() == ["delivered", "delivered"]


async def test_the_collector_is_asked_for_what_the_rule_says(tmp_path: Path):
    story = Timeline([rule(where={"environment": "prod", "agent": "r:1"}, window="1m30s")], tmp_path)
    await story.run(until=0)
    assert story.asked == [{
        "measure": "llm.duration", "stat": "p95", "by": ["provider", "model"], "window_s": 90.0,
        "where": {"environment": "prod", "agent": "r:1"},
    }]  # fmt: skip


async def test_for_waits_and_a_shorter_breach_is_not_told(tmp_path: Path):
    story = Timeline([rule(tiers=TIERS)], tmp_path)
    story.at(1).value(9.0, model="a")
    story.at(2.5).value(3.0, model="a")
    story.at(4).value(9.0, model="a")
    story.between(6, 6).wants("firing", tier="warning", previous_tier=None)
    await story.run(until=8)


async def test_one_alert_changes_its_tier_up_and_down_and_resolves_once(tmp_path: Path):
    story = Timeline([rule(tiers=TIERS)], tmp_path)
    story.at(1).value(9.0, model="a")
    story.between(3, 3).wants("firing", tier="warning", previous_tier=None, threshold=8.0)
    story.at(5).value(20.0, model="a")
    story.between(6, 6).wants("firing", tier="critical", previous_tier="warning", threshold=15.0)
    story.at(8).value(13.0, model="a")  # below the threshold, not below where it clears
    story.at(10).value(11.0, model="a")
    story.between(10, 10).wants("firing", tier="warning", previous_tier="critical")
    story.at(12).value(1.0, model="a")
    story.between(12, 12).wants("resolved", tier="warning", previous_tier="warning")
    await story.run(until=15)
    assert story.changes() == ["fired", "upgraded", "downgraded", "resolved"]
    assert len({body["alerts"][0]["fingerprint"] for _, body in story.told}) == 1
    assert len({body["delivery"] for _, body in story.told}) == 4
    assert len({body["alerts"][0]["starts_at"] for _, body in story.told}) == 1


async def test_a_critical_breach_falls_back_to_warning_without_its_for(tmp_path: Path):
    story = Timeline([rule(tiers=TIERS)], tmp_path)
    story.at(1).value(20.0, model="a")
    story.between(2, 2).wants("firing", tier="critical")
    story.at(2.5).value(10.0, model="a")
    story.between(2.5, 2.5).wants("firing", tier="warning", previous_tier="critical")
    await story.run(until=4)


async def test_keep_firing_for_bridges_a_gap(tmp_path: Path):
    story = Timeline([rule(keep_firing_for="2s")], tmp_path)
    story.at(1).value(9.0, model="a")
    story.between(1, 1).wants("firing")
    story.at(3).value(1.0, model="a")
    story.at(4).value(9.0, model="a")
    story.at(6).value(1.0, model="a")
    story.between(8, 8).wants("resolved")
    await story.run(until=10)


async def test_too_few_observations_do_not_fire(tmp_path: Path):
    story = Timeline([rule(min_count=20)], tmp_path)
    story.at(1).value(90.0, count=19, model="a")
    story.at(3).value(90.0, count=20, model="a")
    story.between(3, 3).wants("firing", count=20)
    await story.run(until=5)


async def test_below_fires_for_little(tmp_path: Path):
    few = {"measure": "llm.calls", "stat": "count", "tiers": {"info": {"below": 10, "clear_above": 20}}}
    story = Timeline([rule(**few)], tmp_path)
    story.at(1).value(5, model="a")
    story.between(1, 1).wants("firing", tier="info", value_text="5 calls")
    story.at(2).value(15, model="a")
    story.at(3).value(25, model="a")
    story.between(3, 3).wants("resolved", tier="info")
    await story.run(until=5)


async def test_each_series_is_an_alert_of_its_own(tmp_path: Path):
    story = Timeline([rule()], tmp_path)
    story.at(1).value(9.0, provider="openai", model="a").value(10.0, provider="x", model="b").value(1.0, model="c")
    story.between(1, 1).wants("firing", model="a")
    story.between(1, 1).wants("firing", model="b", provider="x")
    story.at(4).value(None, provider="x", model="b")
    story.between(4, 4).wants("resolved", model="b", value=None, value_text="no data")
    await story.run(until=6)


@pytest.mark.parametrize("status", [500, 404, 422])
async def test_a_collector_that_does_not_answer_resolves_nothing(tmp_path: Path, status: int):
    story = Timeline([rule(tiers=TIERS)], tmp_path)
    story.at(1).value(20.0, model="a")
    story.between(2, 2).wants("firing", tier="critical")
    story.at(3).collector(status).value(1.0, model="a")
    story.at(20).collector(200)
    story.between(20, 20).wants("resolved", tier="critical")
    await story.run(until=22)


async def test_time_in_which_nobody_looked_does_not_count_for_for(tmp_path: Path):
    story = Timeline([rule(tiers={"warning": {"above": "8s", "for": "5s"}})], tmp_path)
    story.at(1).value(9.0, model="a")
    story.at(2).collector(503)
    story.at(30).collector(200)
    # 0.5 s of the breach were seen before the gap, the rest has to be seen after it
    story.between(34, 35).wants("firing", tier="warning")
    await story.run(until=37)


async def test_a_restart_repeats_nothing_and_still_tells_the_end(tmp_path: Path):
    story = Timeline([rule(tiers=TIERS)], tmp_path)
    story.at(1).value(20.0, model="a")
    story.between(2, 2).wants("firing", tier="critical")
    story.at(3).restart()
    story.at(5).restart().value(1.0, model="a")
    story.between(5, 5.5).wants("resolved", tier="critical")
    await story.run(until=8)


async def test_a_pending_alert_goes_on_waiting_after_a_restart(tmp_path: Path):
    story = Timeline([rule(tiers=TIERS)], tmp_path)
    story.at(1).value(9.0, model="a")
    story.at(2).restart()
    story.between(3, 3).wants("firing", tier="warning")
    await story.run(until=5)


async def test_an_alert_that_came_and_went_while_the_receiver_was_down_is_told_in_order(tmp_path: Path):
    story = Timeline([rule()], tmp_path, replies=(Reply(503), Reply(429, (("Retry-After", "4"),))))
    story.at(1).value(9.0, model="a")
    story.at(3).value(1.0, model="a")
    story.between(1, 1).wants("firing")
    story.between(1.5, 2).wants("firing")
    story.between(5.5, 6).wants("firing")
    story.between(5.5, 6.5).wants("resolved")
    await story.run(until=9)
    assert story.outcomes() == ["retry", "retry", "delivered", "delivered"]
    assert len({body["delivery"] for _, body in story.told[:3]}) == 1


async def test_fire_and_resolve_arrive_as_one_thread_of_mail(tmp_path: Path):
    with MailSink() as sink:
        email = {"to": ["oncall@example.com"], "from": "spanwise@example.com", "host": "127.0.0.1", "tls": "none"}
        story = Timeline([rule(runbook="https://example.com/r")], tmp_path, email={**email, "port": sink.port})
        story.at(1).value(9.0, model="gpt-4o")
        story.between(1, 1).wants("firing")
        story.at(3).value(1.0, model="gpt-4o")
        story.between(3, 3).wants("resolved")
        await story.run(until=4)
    fired, resolved = (mail.message for mail in sink.mails)
    assert fired["Subject"] == "[FIRING:warning] gpt-4o p95 is 9 s"
    assert resolved["Subject"] == "[RESOLVED] gpt-4o p95 is 1 s"
    assert resolved["References"] == fired["Message-ID"]
    assert "Against      threshold 8 s (" in sink.mails[0].text
    assert 'href="https://example.com/r"' in sink.mails[0].html


async def test_a_failing_rule_does_not_stop_another(tmp_path: Path):
    unit = {"name": "broken-words", "summary": "{{ 1 / 0 }}"}
    story = Timeline([rule(**unit), rule()], tmp_path)
    story.at(1).value(9.0, model="a")
    story.between(1, 1).wants(
        "firing", rule="broken-words", summary="{{ 1 / 0 }} (ZeroDivisionError: division by zero)"
    )
    story.between(1, 1).wants("firing", rule="llm-latency")
    await story.run(until=2)

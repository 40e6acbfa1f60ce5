from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.preview import SAMPLE, Preview, preview
from spanwise_alerts.rules.kinds import KINDS, rule_of
from tests.alerts.gather.asked import rule
from tests.support.collector import collecting
from tests.support.trouble import troubled

pytestmark = pytest.mark.usefixtures("patient")

NOBODY = "http://127.0.0.1:1"
MAIL = "preview/email/you@example.com"
MEASURED = {"measure": "llm.duration", "stat": "p95", "by": ["model"], "window": "5m"}
BARE: dict[str, Any] = dict.fromkeys((*MEASURED, "tiers"))
KEYS: dict[str, dict[str, Any]] = {
    "threshold": {},
    "change": {"tiers": {"warning": {"above": "50%"}}},
    "absence": {"stat": None, "tiers": {"warning": {}}},
    "budget": {**BARE, "measure": "llm.cost", "limit": "$5", "by": ["agent"]},
    "burn_rate": {**BARE, "measure": "llm.errors", "objective": "99%"},
    "unpriced": BARE,
    "promql": {**BARE, "source": "prometheus", "promql": "up", "tiers": {"warning": {"below": 1}}},
    "unanswered": BARE,
    "dead_man": BARE,
    "runaway": BARE,
    "outage": BARE,
    "joint": BARE,
    "anomaly": {"window": None, "tiers": {"warning": {"false_alarms": "1/day"}}},
}


async def shown(made: Any, channel: str = MAIL, url: str = NOBODY) -> Preview:
    return await preview(made, channel, AlertsConfig(), url, time.time())


async def test_it_shows_the_numbers_of_now_of_the_series_that_is_beyond(tmp_path: Path):
    async with collecting(tmp_path) as talk:
        for body in troubled(time.time() - 1.0):
            assert (await talk.send(body)).status_code == 200
        found = await shown(rule(tiers={"warning": {"above": "8s"}, "critical": {"above": "60s"}}), url=talk.http)
    assert found.reason == ""
    (notice,) = found.letter.message.notices
    assert (notice.labels["model"], notice.tier, notice.threshold) == ("gpt-4o", "critical", 60.0)
    assert notice.value is not None
    assert notice.value > 15.0
    assert notice.links["measure"].startswith(talk.http)
    evidence = found.letter.evidence[notice.fingerprint]
    assert evidence.missing == ""
    assert evidence.chart
    assert evidence.examples[-1].failing is False


async def test_where_none_is_beyond_it_shows_the_one_that_is_furthest_out(tmp_path: Path):
    async with collecting(tmp_path) as talk:
        for body in troubled(time.time() - 1.0):
            assert (await talk.send(body)).status_code == 200
        found = await shown(rule(by=["agent"], tiers={"warning": {"above": "60s"}}), "preview/webhook", talk.http)
    assert found.reason == ""
    (notice,) = found.letter.message.notices
    assert notice.labels["agent"] == "researcher"
    assert found.letter.evidence[notice.fingerprint].chart == b""


async def test_without_a_collector_or_traffic_its_samples_say_so(tmp_path: Path):
    silent = await shown(rule())
    assert "did not answer" in silent.reason
    assert silent.letter.message.summary == SAMPLE
    async with collecting(tmp_path) as talk:
        quiet = await shown(rule(), url=talk.http)
    assert quiet.reason == "nothing was observed in the window"
    (notice,) = quiet.letter.message.notices
    assert (notice.value, notice.labels["model"]) == (10.0, "gpt-4o")
    assert quiet.letter.evidence[notice.fingerprint].chart


async def test_words_that_only_an_evaluation_knows_are_shown_by_their_names():
    found = await shown(rule_of({"name": "out", "kind": "outage"}))
    (notice,) = found.letter.message.notices
    assert notice.summary == "(where) fails for (agents) of (users) agents ((failing) of their calls)"


async def test_a_sample_is_beyond_its_threshold_also_where_that_is_below():
    found = await shown(rule(stat="count", tiers={"warning": {"below": 10}}), "preview/webhook")
    assert found.letter.message.notices[0].value == 8.0


@pytest.mark.parametrize("kind", KEYS)
async def test_every_kind_of_rule_has_a_preview(kind: str):
    found = await shown(rule(kind=kind, **KEYS[kind]), "preview/webhook")
    assert found.reason
    (notice,) = found.letter.message.notices
    assert notice.status == "firing"


def test_no_kind_is_forgotten():
    assert KINDS.keys() == KEYS.keys()

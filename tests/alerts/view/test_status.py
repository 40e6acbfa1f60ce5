from __future__ import annotations

from pathlib import Path

import yaml

from spanwise_alerts.faults import ConfigError, Fault
from spanwise_alerts.memory import Health
from spanwise_alerts.view.status import health_of
from tests.alerts.builders import a_rule
from tests.support.desk import desk

TWO = {
    "receivers": [{"name": name, "webhook": {"url": "https://hooks.example.com/"}} for name in ("team", "other")],
    "route": {"receiver": "team"},
}


async def test_status_has_what_amtool_needs_and_says_how_rules_are_watched(tmp_path: Path):
    async with desk(tmp_path, rules=[a_rule()], **TWO) as made:
        made.memory.failed("llm-latency", 5.0, "collector did not answer")
        made.faults.append("loop: gone")
        status = await made.get("/api/v2/status")
        healthy = await made.client.get("/-/healthy")
    assert status["cluster"] == {"status": "disabled", "peers": []}
    assert status["versionInfo"]["version"] == "0.25.0"
    original = yaml.safe_load(status["config"]["original"])
    assert original["route"]["receiver"] == "team"
    assert [receiver["name"] for receiver in original["receivers"]] == ["team", "other"]
    assert status["uptime"] == "2023-11-14T22:13:20.000Z"
    assert status["spanwise"] == {
        "faults": ["loop: gone"], "letters": {"pending": 0, "delivered": 0, "dead": 0},
        "rules": [{
            "name": "llm-latency", "state": "failing", "fault": "collector did not answer", "answered_at": None,
            "failing_since": "1970-01-01T00:00:05.000Z",
        }],
    }  # fmt: skip
    assert (healthy.status_code, healthy.text) == (503, "loop: gone")


async def test_it_is_healthy_without_faults_and_ready_once_every_rule_was_tried(tmp_path: Path):
    async with desk(tmp_path, rules=[a_rule()], **TWO) as made:
        assert (await made.client.get("/-/healthy")).text == "OK"
        assert (await made.client.get("/-/ready")).status_code == 503
        made.memory.answered("llm-latency", 1.0)
        assert (await made.client.get("/-/ready")).status_code == 200
        assert await made.get("/api/v2/receivers") == [{"name": "team"}, {"name": "other"}]
        assert (await made.client.get("/metrics")).headers["Content-Type"].startswith("text/plain; version=0.0.4")


async def test_a_reload_is_200_and_a_bad_configuration_is_said(tmp_path: Path):
    async with desk(tmp_path) as made:
        made.reloads = [ConfigError([Fault("spanwise.yaml", "route.receiver", "got 'x'")]), None]
        assert (await made.client.post("/-/reload")).status_code == 200
        answer = await made.client.post("/-/reload")
        assert (answer.status_code, answer.json()) == (500, "spanwise.yaml: route.receiver: got 'x'")


def test_a_rule_is_failing_ok_or_not_tried_yet():
    assert health_of(Health())["state"] == "not tried yet"
    assert health_of(Health(5.0)) == {
        "state": "ok", "fault": "", "answered_at": "1970-01-01T00:00:05.000Z", "failing_since": None,
    }  # fmt: skip

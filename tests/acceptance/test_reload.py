"""A configuration that changes while the alert manager runs."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx
import yaml

from spanwise_alerts.app import App
from spanwise_alerts.config import AlertsConfig, load
from spanwise_alerts.files import read_yaml
from tests.support.webhook import Delivery, Reply, Server

UNTIL_S = 60.0
RULE = {"name": "one", "measure": "llm.duration", "stat": "p95", "tiers": {"warning": {"above": "1s"}}}


def slow(request: Delivery) -> Reply:
    """A collector that always answers 9 s."""
    told = {
        "tables": [{"by": [], "rows": [[]]}], "sets": [{"table": 0, "counts": [50]}],
        "answers": [{"set": 0, "values": [9.0]} for _ in request.body["queries"]],
    }  # fmt: skip
    return Reply(body=json.dumps(told).encode())


async def firing(app: App, wanted: list[str]) -> None:
    deadline = time.monotonic() + UNTIL_S
    async with httpx.AsyncClient() as client:
        while True:
            alerts = (await client.get(f"http://{app.addresses['http']}/api/v2/alerts")).json()
            found = sorted((alert["labels"]["alertname"], alert["startsAt"]) for alert in alerts)
            if [name for name, _ in found] == wanted:
                return
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.05)


async def test_a_changed_rule_file_is_taken_and_a_bad_one_changes_nothing(tmp_path: Path):
    file, rules = tmp_path / "spanwise.yaml", tmp_path / "rules.yaml"
    section = {"http": "127.0.0.1:0", "default_rules": False, "rule_files": ["*rules.yaml"]}
    file.write_text(yaml.safe_dump(section))

    def write(*given: dict[str, Any]) -> None:
        rules.write_text(yaml.safe_dump({"rules": list(given)}))

    def read() -> AlertsConfig:
        return load(read_yaml(file, "spanwise.yaml"), "spanwise.yaml", tmp_path)

    write(RULE)
    with Server(slow) as server:
        app = App(
            read(), collector_url=server.url, data=tmp_path / "data", now=time.time, reread=read, file=file
        )  # fmt: skip
        async with app:
            await firing(app, ["one"])
            write(RULE, {**RULE, "name": "two"})
            await firing(app, ["one", "two"])
            write(RULE, {**RULE, "name": "three"}, {**RULE, "name": "bad", "measure": "nothing"})
            async with httpx.AsyncClient() as client:
                answer = await client.post(f"http://{app.addresses['http']}/-/reload")
            assert answer.status_code == 500
            assert "rules[2].measure: got 'nothing'" in answer.text
            await firing(app, ["one", "two"])
            write({**RULE, "name": "two"})
            await firing(app, ["two"])

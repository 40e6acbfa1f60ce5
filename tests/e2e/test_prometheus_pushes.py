"""A real Prometheus pushes its alerts to us as it would to Alertmanager, by nothing but its `alerting` section."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.prometheus import prometheus
from tests.support.webhook import WebhookSink

RULES = """
groups:
  - name: pushed
    interval: 1s
    rules:
      - alert: Stays
        expr: vector(1) and (vector(time()) > BEGIN)
        labels: {severity: critical}
        annotations: {summary: "it is {{ $value }}"}
      - {alert: Ends, expr: "vector(time()) > BEGIN < END", labels: {severity: warning}}
"""
# Prometheus finds whom to tell only after five seconds, and says what it has said again only after a minute
BEGIN_S, END_S = 12.0, 18.0
DEADLINE_S = 60.0


@contextmanager
def alert_manager(folder: Path, hook: str) -> Iterator[str]:
    """Run `spanwise alerts run` from an alertmanager.yml as a process of its own; give its address."""
    config = folder / "alertmanager.yml"
    config.write_text(
        f"route: {{receiver: team, group_by: [alertname], group_wait: 0s, group_interval: 1s}}\n"
        f"receivers: [{{name: team, webhook_configs: [{{url: '{hook}'}}]}}]\n"
    )
    command = [
        str(Path(sys.executable).parent / "spanwise"), "alerts", "run", "--config-file", str(config), "--data",
        str(folder / "data"), "--http", "127.0.0.1:0",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONUNBUFFERED": "1"}) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[2].removeprefix("http://").rstrip(",")
        finally:
            process.terminate()
            assert process.wait(30) == 0


def test_prometheus_pushes_and_the_webhook_hears_alertmanagers_words(tmp_path: Path):
    with WebhookSink() as hook, alert_manager(tmp_path, hook.url) as address:
        more = (
            f"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{address}']}}]}}]}}\n"
            f"rule_files: ['{tmp_path / 'rules.yml'}']\n"
        )
        rules = RULES.replace("BEGIN", f"{time.time() + BEGIN_S:.3f}").replace("END", f"{time.time() + END_S:.3f}")
        (tmp_path / "rules.yml").write_text(rules)
        with prometheus(tmp_path, more=more):
            hook.wait_until(lambda: {("Stays", "firing"), ("Ends", "resolved")} <= told(hook), DEADLINE_S)
            with urllib.request.urlopen(f"http://{address}/api/v2/alerts", timeout=10) as answer:
                (alert,) = json.load(answer)
    assert alert["labels"] == {"alertname": "Stays", "severity": "critical"}
    assert alert["annotations"] == {"summary": "it is 1"}
    assert "/graph?" in alert["generatorURL"]
    states = [(alert["labels"]["alertname"], alert["status"]) for body in hook.bodies for alert in body["alerts"]]
    assert sorted(states) == [("Ends", "firing"), ("Ends", "resolved"), ("Stays", "firing")]
    assert {(body["version"], body["receiver"]) for body in hook.bodies} == {("4", "team")}


def told(hook: WebhookSink) -> set[tuple[str, str]]:
    bodies: list[dict[str, Any]] = hook.bodies
    return {(alert["labels"]["alertname"], alert["status"]) for body in bodies for alert in body["alerts"]}

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

from spanwise_alerts.adopt.original import original
from spanwise_alerts.adopt.reader import config_of
from spanwise_alerts.config import load
from tests.alerts.adopt.test_chat_ways import written
from tests.alerts.notify.formats.cases import WAYS
from tests.support.prometheus import binary


def test_amtool_takes_all_kinds_of_ways_and_no_secret_is_in_it(tmp_path: Path):
    receivers = [{"name": "team", "webhook": {"url": "https://hooks.example.com/"}, **WAYS}]
    shown = original(load({"receivers": receivers}, "x", tmp_path))
    (tmp_path / "original.yml").write_text(shown)
    ran = subprocess.run(
        [binary("amtool"), "check-config", str(tmp_path / "original.yml")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    (team,) = yaml.safe_load(shown)["receivers"]
    assert {key: len(configs) for key, configs in team.items() if key != "name"} == {
        "webhook_configs": 5, "slack_configs": 1, "discord_configs": 1, "pagerduty_configs": 1, "opsgenie_configs": 1,
        "telegram_configs": 1,
    }  # fmt: skip
    assert [each for each in ("hooks.slack.com", "1:secret", "SECsigns", "azure") if each in shown] == []


def test_what_was_read_is_shown_as_it_was_but_for_secrets(tmp_path: Path):
    (team,) = yaml.safe_load(original(config_of(written(tmp_path), "am.yml")))["receivers"]
    link = "https://secret.invalid/<secret>"
    assert team["slack_configs"] == [
        {"api_url": link, "send_resolved": False, "channel": "#llm"},
        {"api_url": link, "send_resolved": True, "channel": "#ops"},
    ]
    assert team["opsgenie_configs"][0]["responders"] == [{"type": "team", "name": "llm"}]
    assert team["telegram_configs"][0]["chat_id"] == -100

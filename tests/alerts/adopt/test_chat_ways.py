from __future__ import annotations

from pathlib import Path

import pytest

from spanwise_alerts.adopt.reader import config_of, plain, section_of
from spanwise_alerts.faults import ConfigError

FILE = """
global: {slack_api_url: "https://hooks.slack.com/all", opsgenie_api_key_file: secrets/opsgenie}
route: {receiver: team}
receivers:
  - name: team
    slack_configs:
      - {channel: "#llm"}
      - {api_url_file: secrets/slack, channel: "#ops", send_resolved: true}
    discord_configs: [{webhook_url: "https://discord.com/api/webhooks/1/x"}]
    msteamsv2_configs: [{webhook_url: "http://127.0.0.1:9/x", send_resolved: false}]
    pagerduty_configs: [{routing_key: key, url: "https://events.eu.pagerduty.com/v2/enqueue"}]
    opsgenie_configs: [{responders: [{type: team, name: llm}], api_url: "https://api.eu.opsgenie.com/"}]
    telegram_configs: [{bot_token: "1:a", chat_id: -100, message_thread_id: 7, disable_notifications: true}]
"""


def written(folder: Path, text: str = FILE) -> Path:
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "secrets" / "opsgenie").write_text("k\n")
    (folder / "secrets" / "slack").write_text("https://hooks.slack.com/file\n")
    path = folder / "alertmanager.yml"
    path.write_text(text)
    return path


def test_ways_are_ours_with_alertmanagers_defaults_said(tmp_path: Path):
    (team,) = plain(section_of(written(tmp_path), "am.yml"))["receivers"]
    assert team == {
        "name": "team",
        "slack": [
            {
                "url": "https://hooks.slack.com/all", "channel": "#llm", "allow_private": True,
                "send_resolved": False,
            },
            {"url_file": "secrets/slack", "channel": "#ops", "allow_private": True},
        ],
        "teams": {"url": "http://127.0.0.1:9/x", "allow_private": True, "send_resolved": False},
        "discord": {"url": "https://discord.com/api/webhooks/1/x", "allow_private": True},
        "pagerduty": {
            "routing_key": "key", "url": "https://events.eu.pagerduty.com/v2/enqueue", "allow_private": True,
        },
        "opsgenie": {
            "api_key_file": "secrets/opsgenie", "responders": [{"type": "team", "name": "llm"}],
            "api_url": "https://api.eu.opsgenie.com/", "allow_private": True,
        },
        "telegram": {
            "bot_token": "1:a", "chat_id": -100, "message_thread_id": 7, "disable_notifications": True,
        },
    }  # fmt: skip


def test_what_is_read_is_a_good_configuration(tmp_path: Path):
    (team,) = config_of(written(tmp_path), "am.yml").receivers
    assert team.channels == {
        "team/slack": False, "team/slack/2": True, "team/teams": False, "team/discord": True, "team/pagerduty": True,
        "team/opsgenie": True, "team/telegram": True,
    }  # fmt: skip
    assert team.slack[1].link() == "https://hooks.slack.com/file"
    assert team.opsgenie[0].api_key() == "k"


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('slack_api_url: "https://hooks.slack.com/all", ', "", "slack_configs[0].api_url: missing; expected it, or"),
        ("api_url_file: secrets/slack", "api_url_file: a, api_url: 'http://h/'", "slack_configs[1].api_url: goes not"),
        ("routing_key: key, ", "", "pagerduty_configs[0].routing_key: missing"),
        ('bot_token: "1:a", ', "", "telegram_configs[0].bot_token: missing"),
        (", opsgenie_api_key_file: secrets/opsgenie", "", "opsgenie_configs[0].api_key: missing"),
    ],
)
def test_what_is_missing_is_named_by_its_path(tmp_path: Path, old: str, new: str, wanted: str):
    assert old in FILE
    with pytest.raises(ConfigError) as raised:
        section_of(written(tmp_path, FILE.replace(old, new)), "am.yml")
    (fault,) = raised.value.faults
    assert str(fault).startswith(f"am.yml: receivers[0].{wanted}")

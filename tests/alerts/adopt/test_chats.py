from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from spanwise_alerts.adopt.chats import (
    ChatDefaults,
    Chats,
    HookConfig,
    OpsgenieConfig,
    PagerdutyConfig,
    SlackConfig,
    TelegramConfig,
)
from spanwise_alerts.faults import faults_of

LINK = "https://hooks.example.com/x"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (SlackConfig, {"api_url": LINK, "channel": "#llm", "title": '{{ template "slack.default.title" . }}'}),
        (SlackConfig, {"api_url": LINK, "title_link": '{{ template "slack.default.titlelink" . }}', "actions": []}),
        (HookConfig, {"webhook_url": LINK, "message": '{{ template "discord.default.message" . }}'}),
        (HookConfig, {"webhook_url": LINK, "text": '{{ template "msteamsv2.default.text" . }}'}),
        (PagerdutyConfig, {"routing_key": "k", "client_url": '{{ template "pagerduty.default.clientURL" . }}'}),
        (OpsgenieConfig, {"api_key": "k", "responders": [{"type": "team", "name": "x"}], "update_alerts": False}),
        (TelegramConfig, {"bot_token": "1:a", "chat_id": -1, "parse_mode": "MarkdownV2"}),
        (SlackConfig, {"api_url": LINK, "http_config": {"follow_redirects": True}}),
        (ChatDefaults, {"slack_api_url": LINK, "opsgenie_api_key": "k", "telegram_bot_token": "1:a"}),
    ],
)  # fmt: skip
def test_what_we_can_honour_or_do_anyway_is_taken(model: type[BaseModel], said: dict[str, Any]):
    assert model.model_validate(said)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"slack_configs": [{"title": "{{ .X }}"}]}, "slack_configs[0].title"),
        ({"slack_configs": [{"app_token": "x"}]}, "slack_configs[0].app_token"),
        ({"slack_configs": [{"http_config": {"proxy_url": "http://p"}}]}, "slack_configs[0].http_config.proxy_url"),
        ({"discord_configs": [{}, {"username": "x"}]}, "discord_configs[1].username"),
        ({"msteamsv2_configs": [{"text": "x"}]}, "msteamsv2_configs[0].text"),
        ({"pagerduty_configs": [{"service_key": "x"}]}, "pagerduty_configs[0].service_key"),
        ({"pagerduty_configs": [{"details": {"a": "b"}}]}, "pagerduty_configs[0].details"),
        ({"opsgenie_configs": [{"priority": "P1"}]}, "opsgenie_configs[0].priority"),
        ({"opsgenie_configs": [{"responders": [{"type": "{{ .X }}"}]}]}, "opsgenie_configs[0].responders[0].type"),
        ({"telegram_configs": [{"chat_id": 1, "message": "x"}]}, "telegram_configs[0].message"),
    ],
)
def test_what_we_cannot_honour_is_refused_by_its_path(said: dict[str, Any], path: str):
    with pytest.raises(ValidationError) as raised:
        Chats.model_validate(said)
    assert [fault.path for fault in faults_of(raised.value, Chats, "")] == [path]


def test_a_bot_in_place_of_a_webhook_is_refused_also_where_it_stands_for_all():
    with pytest.raises(ValidationError) as raised:
        ChatDefaults.model_validate({"slack_app_token": "x"})
    assert [fault.path for fault in faults_of(raised.value, ChatDefaults, "")] == ["slack_app_token"]

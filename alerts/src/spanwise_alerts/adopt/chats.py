"""Alertmanager's receivers that are services of others, as we can honour them; what they say is no template."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from spanwise_alerts.adopt.refusing import Refusing
from spanwise_alerts.rule import Section
from spanwise_alerts.secret import SecretText, SecretUrl

Harmless = dict[str, tuple[Any, ...]]
_NOTHING: Final[tuple[Any, ...]] = ("", [], {}, False)


def _templates(kind: str, *keys: str) -> Harmless:
    """Return texts that may only be what Alertmanager says where nothing is written."""
    return {key: (*_NOTHING, f'{{{{ template "{kind}.default.{key.replace("_", "")}" . }}}}') for key in keys}


class PlainHttp(Refusing):
    """How to call a service: as we do."""

    @classmethod
    def _anyway(cls) -> Harmless:
        refused = ("authorization", "basic_auth", "bearer_token", "bearer_token_file", "oauth2", "tls_config",
                   "proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header",
                   "http_headers")  # fmt: skip
        # whoever serves these answers without redirects
        return {**dict.fromkeys(refused, ()), "follow_redirects": (True, False), "enable_http2": (True, False)}


class SlackConfig(Refusing):
    """One of `slack_configs`."""

    api_url: SecretUrl | None = None
    api_url_file: Path | None = None
    channel: str | None = None
    send_resolved: bool = False
    http_config: PlainHttp | None = None

    @classmethod
    def _anyway(cls) -> Harmless:
        texts = ("username", "title", "title_link", "pretext", "text", "fallback", "callback_id", "footer",
                 "icon_emoji", "icon_url")  # fmt: skip
        colour = '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}'
        others = ("fields", "short_fields", "image_url", "thumb_url", "link_names", "actions", "app_token",
                  "app_token_file", "app_url", "update_message", "edit_messages")  # fmt: skip
        return {
            **_templates("slack", *texts), **dict.fromkeys(others, _NOTHING), "color": (*_NOTHING, colour),
            "mrkdwn_in": (*_NOTHING, ["fallback", "pretext", "text"]),
        }  # fmt: skip


class HookConfig(Refusing):
    """One of `discord_configs` or `msteamsv2_configs`."""

    webhook_url: SecretUrl | None = None
    webhook_url_file: Path | None = None
    send_resolved: bool = True
    http_config: PlainHttp | None = None

    @classmethod
    def _anyway(cls) -> Harmless:
        others = ("content", "username", "avatar_url")
        kinds = [_templates(kind, "title", "message", "text") for kind in ("discord", "msteamsv2")]
        texts = {key: (*kinds[0][key], *kinds[1][key]) for key in kinds[0]}
        return {**texts, **dict.fromkeys(others, _NOTHING)}


class PagerdutyConfig(Refusing):
    """One of `pagerduty_configs`, of the Events API v2."""

    routing_key: SecretText | None = None
    routing_key_file: Path | None = None
    url: str | None = None
    send_resolved: bool = True
    http_config: PlainHttp | None = None

    @classmethod
    def _anyway(cls) -> Harmless:
        others = ("service_key", "service_key_file", "details", "images", "links", "source", "severity", "class",
                  "component", "group", "timeout")  # fmt: skip
        texts = _templates("pagerduty", "description", "client")
        return {
            **texts,
            **dict.fromkeys(others, _NOTHING),
            "client_url": (*_NOTHING, '{{ template "pagerduty.default.clientURL" . }}'),
        }


class ResponderConfig(Section):
    """One of the responders of `opsgenie_configs`; names are no templates."""

    type: Literal["team", "user", "escalation", "schedule"]
    id: str | None = None
    name: str | None = None
    username: str | None = None


class OpsgenieConfig(Refusing):
    """One of `opsgenie_configs`."""

    api_key: SecretText | None = None
    api_key_file: Path | None = None
    api_url: str | None = None
    responders: list[ResponderConfig] = Field(default_factory=list[ResponderConfig])
    send_resolved: bool = True
    http_config: PlainHttp | None = None

    @classmethod
    def _anyway(cls) -> Harmless:
        others = ("details", "entity", "actions", "tags", "note", "priority", "update_alerts")
        return {**_templates("opsgenie", "message", "description", "source"), **dict.fromkeys(others, _NOTHING)}


class TelegramConfig(Refusing):
    """One of `telegram_configs`."""

    bot_token: SecretText | None = None
    bot_token_file: Path | None = None
    api_url: str | None = None
    chat_id: int
    message_thread_id: int | None = None
    disable_notifications: bool = False
    send_resolved: bool = True
    http_config: PlainHttp | None = None

    @classmethod
    def _anyway(cls) -> Harmless:
        modes = ("", "HTML", "Markdown", "MarkdownV2")
        return {**_templates("telegram", "message"), "parse_mode": modes, "chat_id_file": ()}


class ChatDefaults(Refusing):
    """What `global` says for all of them."""

    slack_api_url: SecretUrl | None = None
    slack_api_url_file: Path | None = None
    pagerduty_url: str | None = None
    opsgenie_api_url: str | None = None
    opsgenie_api_key: SecretText | None = None
    opsgenie_api_key_file: Path | None = None
    telegram_api_url: str | None = None
    telegram_bot_token: SecretText | None = None
    telegram_bot_token_file: Path | None = None

    @classmethod
    def _anyway(cls) -> Harmless:
        return dict.fromkeys(("slack_app_token", "slack_app_token_file", "slack_app_url"), ())


class Chats(Section):
    """The receivers of all these kinds."""

    slack_configs: list[SlackConfig] = Field(default_factory=list[SlackConfig])
    discord_configs: list[HookConfig] = Field(default_factory=list[HookConfig])
    msteamsv2_configs: list[HookConfig] = Field(default_factory=list[HookConfig])
    pagerduty_configs: list[PagerdutyConfig] = Field(default_factory=list[PagerdutyConfig])
    opsgenie_configs: list[OpsgenieConfig] = Field(default_factory=list[OpsgenieConfig])
    telegram_configs: list[TelegramConfig] = Field(default_factory=list[TelegramConfig])

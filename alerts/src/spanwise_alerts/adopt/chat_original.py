"""Our ways that are somebody's service in Alertmanager's words; those that it has none for as webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spanwise_alerts.receivers.receiver import Receiver

Shape = dict[str, Any]


def chats(receiver: Receiver, secret: str, link: str) -> Iterator[tuple[str, list[Shape]]]:
    """Go through the kinds of receivers, each with its configurations.

    Args:
        receiver: of ours.
        secret: stands in the place of each secret.
        link: stands in the place of each link.
    """
    yield (
        "slack_configs",
        [
            {"api_url": link, "send_resolved": way.send_resolved, **({"channel": way.channel} if way.channel else {})}
            for way in receiver.slack
        ],
    )
    yield "discord_configs", [{"webhook_url": link, "send_resolved": way.send_resolved} for way in receiver.discord]
    yield (
        "pagerduty_configs",
        [{"routing_key": secret, "url": way.url, "send_resolved": way.send_resolved} for way in receiver.pagerduty],
    )
    yield "opsgenie_configs", [
        {
            "api_key": secret, "api_url": way.api_url, "send_resolved": way.send_resolved,
            "responders": [one.model_dump(exclude_none=True) for one in way.responders],
        }
        for way in receiver.opsgenie
    ]  # fmt: skip
    yield "telegram_configs", [
        {
            "bot_token": secret, "api_url": way.api_url, "chat_id": way.chat_id, "send_resolved": way.send_resolved,
            "disable_notifications": way.disable_notifications,
        }
        for way in receiver.telegram
    ]  # fmt: skip
    # older clients than version 0.28 know no msteamsv2_configs
    others = [*receiver.teams, *receiver.feishu, *receiver.dingtalk, *receiver.wecom]
    yield "webhook_configs", [{"url": link, "send_resolved": way.send_resolved} for way in others]

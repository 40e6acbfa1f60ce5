"""Tell by an incoming webhook of Slack."""

from __future__ import annotations

from pydantic import Field

from spanwise_alerts.receivers.hook import Hook


class Slack(Hook):
    """What an incoming webhook of Slack needs: its link."""

    channel: str | None = Field(
        default=None, min_length=1, description="for webhooks of old; those of apps have one channel", examples=["#llm"]
    )

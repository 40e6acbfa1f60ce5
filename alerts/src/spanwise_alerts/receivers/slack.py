"""Tell by an incoming webhook of Slack."""

from __future__ import annotations

from spanwise_alerts.receivers.hook import Hook


class Slack(Hook):
    """What an incoming webhook of Slack needs: its link."""

"""Tell by a webhook of Discord."""

from __future__ import annotations

from spanwise_alerts.receivers.hook import Hook


class Discord(Hook):
    """What a webhook of Discord needs: its link."""

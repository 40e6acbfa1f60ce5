"""Tell by a group robot of WeCom."""

from __future__ import annotations

from spanwise_alerts.receivers.hook import Hook


class Wecom(Hook):
    """What a group robot of WeCom needs: its link."""

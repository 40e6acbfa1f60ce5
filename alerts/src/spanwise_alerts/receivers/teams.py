"""Tell by a workflow of Microsoft Teams."""

from __future__ import annotations

from spanwise_alerts.receivers.hook import Hook


class Teams(Hook):
    """What a workflow of Microsoft Teams needs: its link."""

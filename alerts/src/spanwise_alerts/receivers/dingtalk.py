"""Tell by a custom robot of DingTalk."""

from __future__ import annotations

from spanwise_alerts.receivers.signed_hook import SignedHook


class Dingtalk(SignedHook):
    """What a custom robot of DingTalk needs: its link, and its secret if it asks for signatures."""

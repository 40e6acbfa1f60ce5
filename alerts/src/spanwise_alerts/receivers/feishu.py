"""Tell by a custom bot of Feishu (Lark)."""

from __future__ import annotations

from spanwise_alerts.receivers.signed_hook import SignedHook


class Feishu(SignedHook):
    """What a custom bot of Feishu (Lark) needs: its link, and its secret if it asks for signatures."""

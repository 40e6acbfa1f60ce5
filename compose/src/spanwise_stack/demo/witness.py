"""Keeps what was seen of the alerts at the far end: which fired, which resolved, by mail and by webhook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spanwise_stack.demo.rules import LATENCY, RATE_LIMITED
from spanwise_stack.demo.sinks import Sinks, subject
from spanwise_stack.terminal import Firing


class Witness:
    """Reads what arrived in the sinks.

    Attributes:
        fired_s: when each rule's first firing webhook arrived, in seconds since the demo was ready.
        resolved_s: when each rule's last resolved webhook arrived.
    """

    def __init__(self, sinks: Sinks) -> None:
        self._sinks = sinks
        self._read_hooks = 0
        self._read_mails = 0
        self._firing: dict[str, Firing] = {}
        self._ended: set[str] = set()
        self.fired_s: dict[str, float] = {}
        self.resolved_s: dict[str, float] = {}

    @property
    def firing(self) -> tuple[Firing, ...]:
        """Name the alerts that fire, as the webhook was told."""
        return tuple(self._firing.values())

    @property
    def told(self) -> str:
        """Count what arrived."""
        return f"{len(self._sinks.mails)} mails, {len(self._sinks.hooks)} webhooks"

    def news(self, elapsed_s: float) -> Iterator[str]:
        """Read what arrived since the last call, one line each."""
        for hook in self._sinks.hooks[self._read_hooks :]:
            self._read_hooks += 1
            for alert in hook["alerts"]:
                yield self._took(alert, elapsed_s)
        for mail in self._sinks.mails[self._read_mails :]:
            self._read_mails += 1
            yield f"{elapsed_s:5.1f}s  mail     {subject(mail)}"

    def _took(self, alert: dict[str, Any], elapsed_s: float) -> str:
        rule, key = str(alert["rule"]), str(alert["fingerprint"])
        if alert["status"] == "firing":
            self.fired_s.setdefault(rule, elapsed_s)
            self._firing[key] = Firing(f"{alert['tier']} {rule}", str(alert["summary"]))
        else:
            self.resolved_s[rule] = elapsed_s
            self._firing.pop(key, None)
            self._ended.add(key)
        return f"{elapsed_s:5.1f}s  webhook  {alert['status']} {alert['tier']} {rule}: {alert['summary']}"

    def missing(self) -> list[str]:
        """Name what did not happen yet of: each rule fired and each alert resolved once, by webhook and by mail."""
        rules = (LATENCY, RATE_LIMITED)
        found = [f"the alert {rule} did not fire" for rule in rules if rule not in self.fired_s]
        found += [f"the alert {rule} did not resolve" for rule in rules if rule not in self.resolved_s]
        first = [alert for key, alert in self._firing.items() if key not in self._ended]
        found += [f"{alert.name} still fires: {alert.summary}" for alert in first]
        for status in ("firing", "resolved"):
            hooks = sum(1 for hook in self._sinks.hooks if hook["status"] == status)
            mails = sum(1 for mail in self._sinks.mails if subject(mail).startswith(f"[{status.upper()}"))
            if hooks != mails:
                found.append(f"{hooks} webhooks but {mails} mails say {status}")
        return found

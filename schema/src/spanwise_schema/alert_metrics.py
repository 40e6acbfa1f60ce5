"""Every Prometheus metric that the alert manager exposes about itself. Named once, here."""

from __future__ import annotations

from typing import Final

from spanwise_schema.metrics import Metric

FIRING: Final = Metric("spanwise_alerts_firing", "gauge", ("tier",), "Alerts that fire, by tier.")
STANDING: Final = Metric(
    "spanwise_alerts_standing", "gauge", ("state",),
    "Alerts that fire, by whether they are told: active, suppressed, unprocessed.",
)  # fmt: skip
GROUPS: Final = Metric("spanwise_alerts_groups", "gauge", (), "Groups of alerts that are told together.")
SILENCES: Final = Metric("spanwise_alerts_silences", "gauge", ("state",), "Silences: active, pending, expired.")
RULES: Final = Metric("spanwise_alerts_rules", "gauge", (), "Rules that are loaded.")
RULES_FAILING: Final = Metric("spanwise_alerts_rules_failing", "gauge", (), "Rules that cannot be evaluated now.")
LETTERS_UNDELIVERED: Final = Metric(
    "spanwise_alerts_letters_undelivered", "gauge", ("channel", "status"), "Letters that wait or were given up."
)
CHANGES: Final = Metric(
    "spanwise_alerts_changes", "counter", ("kind",), "Changes of alerts: fired, upgraded, downgraded, resolved."
)
MESSAGES: Final = Metric(
    "spanwise_alerts_messages", "counter", ("receiver", "reason"), "Messages about groups of alerts, by why they went."
)
DELIVERY_ATTEMPTS: Final = Metric(
    "spanwise_alerts_delivery_attempts", "counter", ("channel", "outcome"),
    "Attempts to deliver a letter, by how they ended.",
)  # fmt: skip
RECEIVED: Final = Metric("spanwise_alerts_received", "counter", (), "Alerts that others posted and that were taken.")
RECEIVED_INVALID: Final = Metric(
    "spanwise_alerts_received_invalid", "counter", (), "Alerts that others posted and that were refused."
)

ALERT_METRICS: Final[tuple[Metric, ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Metric)
)
"""All of them, in the order above."""

"""Every Prometheus metric that the alert manager exposes about itself. Named once, here."""

from __future__ import annotations

from typing import Final

from spanwise_schema.metrics import LABEL, Metric

_SERIES: Final = tuple(LABEL.values())
_LATENCY_S: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)

FIRING: Final = Metric("spanwise_alerts_firing", "gauge", ("tier",), "Alerts that fire, by tier.")
RULE_FIRING: Final = Metric(
    "spanwise_alerts_rule_firing", "gauge", ("rule", "tier"), "Alerts of a rule that fire; none while nothing does."
)
FLAPPING: Final = Metric(
    "spanwise_alerts_flapping", "gauge", ("rule",), "Alerts that fire and change too often, told in a digest only."
)
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
OBJECTIVE: Final = Metric(
    "spanwise_alerts_objective_ratio", "gauge", ("rule",), "The share that must succeed, by rule of kind burn_rate."
)
BURN_RATE: Final = Metric(
    "spanwise_alerts_burn_rate", "gauge", ("rule", "window", *_SERIES),
    "How many times faster than its objective allows errors come in a window; 1 uses the error budget up exactly.",
)  # fmt: skip
BUDGET_SPENT: Final = Metric(
    "spanwise_alerts_budget_spent_ratio", "gauge", ("rule", "period", *_SERIES),
    "Share of a budget that its period has spent so far; of budgets by user or session the fullest.",
)  # fmt: skip
OBSERVED: Final = Metric(
    "spanwise_alerts_observed", "gauge", ("rule", *_SERIES),
    "The newest point of a series that a rule of kind anomaly watches, in the unit of its measure.",
)  # fmt: skip
EXPECTED: Final = Metric("spanwise_alerts_expected", "gauge", ("rule", *_SERIES), "What that point was expected to be.")
EXPECTED_LOWER: Final = Metric(
    "spanwise_alerts_expected_lower", "gauge", ("rule", *_SERIES),
    "The least value that is not unusual; not there where only too much is.",
)  # fmt: skip
EXPECTED_UPPER: Final = Metric(
    "spanwise_alerts_expected_upper", "gauge", ("rule", *_SERIES),
    "The greatest value that is not unusual; not there where only too little is.",
)  # fmt: skip
ANOMALY_SCORE: Final = Metric(
    "spanwise_alerts_anomaly_score", "gauge", ("rule", *_SERIES),
    "How unusual that point is; 1 is the threshold of the mildest tier.",
)  # fmt: skip
CHANGES: Final = Metric(
    "spanwise_alerts_changes", "counter", ("rule", "kind"),
    "Changes of alerts: fired, upgraded, downgraded, resolved.",
)  # fmt: skip
MESSAGES: Final = Metric(
    "spanwise_alerts_messages", "counter", ("receiver", "reason"), "Messages about groups of alerts, by why they went."
)
DELIVERY_ATTEMPTS: Final = Metric(
    "spanwise_alerts_delivery_attempts", "counter", ("channel", "outcome"),
    "Attempts to deliver a letter, by how they ended.",
)  # fmt: skip
LATENCY: Final = Metric(
    "spanwise_alerts_notification_latency_seconds", "histogram", ("channel",),
    "From when an alert fires to when its first message arrives, the wait for its group included.",
    buckets=_LATENCY_S,
)  # fmt: skip
RECEIVED: Final = Metric("spanwise_alerts_received", "counter", (), "Alerts that others posted and that were taken.")
RECEIVED_INVALID: Final = Metric(
    "spanwise_alerts_received_invalid", "counter", (), "Alerts that others posted and that were refused."
)

ALERT_METRICS: Final[tuple[Metric, ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Metric)
)
"""All of them, in the order above."""

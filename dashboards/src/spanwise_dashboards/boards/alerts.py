"""Alerts and objectives: what fires, who was told, what is noise, and how much of each budget is left."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards import panels
from spanwise_dashboards.board import Board, Query, Row, Threshold, Variable
from spanwise_dashboards.query import Scope
from spanwise_dashboards.style import Column, of_line, rising, series, stat, table, to_board
from spanwise_schema.alert_metrics import (
    BURN_RATE,
    CHANGES,
    DELIVERY_ATTEMPTS,
    FIRING,
    FLAPPING,
    LATENCY,
    LETTERS_UNDELIVERED,
    MESSAGES,
    OBJECTIVE,
    RULE_FIRING,
    RULES_FAILING,
    SILENCES,
    STANDING,
)

_VARIABLES: Final = (Variable("rule", "Rule", "rule", CHANGES),)
_ASK: Final = Scope(_VARIABLES)
_DEAD: Final = _ASK.gauge(LETTERS_UNDELIVERED, only='status="dead"')
_FAILED: Final = _ASK.rate(DELIVERY_ATTEMPTS, ["channel", "outcome"], only='outcome!="delivered"')
_BURN: Final = (Threshold(None, "green"), Threshold(1, "orange"), Threshold(14.4, "red"))
_THIS_RULE: Final = to_board("spanwise-alerts", _VARIABLES, "rule")

_NOW: Final = Row(
    "Now",
    (
        stat(
            "Critical alerts", "Must somebody act at once?", Query(_ASK.gauge(FIRING, only='tier="critical"')), "none",
            rising(1, 1),
        ),
        stat(
            "Warnings", "Is something to be looked at today?", Query(_ASK.gauge(FIRING, only='tier="warning"')),
            "none", rising(1, 10),
        ),
        stat(
            "Held back", "How many alerts fire of which nobody is told: silenced, inhibited, muted, flapping?",
            Query(_ASK.gauge(STANDING, only='state="suppressed"')), "none",
        ),
        stat(
            "Active silences", "How many silences hold alerts back?",
            Query(_ASK.gauge(SILENCES, only='state="active"')), "none",
        ),
        stat(
            "Dead letters", "How many messages were given up? Nobody got them.",
            Query(f"{_DEAD} or vector(0)"), "none", rising(1, 1),
        ),
        stat(
            "Failing rules", "How many rules cannot be evaluated, and so watch nothing?",
            Query(_ASK.gauge(RULES_FAILING)), "none", rising(1, 1),
        ),
    ),
)  # fmt: skip

_FIRES: Final = Row(
    "What fires",
    (
        series(
            "Firing alerts by tier", "Does it get worse or better?", (Query(_ASK.gauge(FIRING, ["tier"]), "{{tier}}"),),
            "none", width=6,
        ),
        series(
            "Firing alerts by rule", "Which rules fire?",
            (Query(_ASK.gauge(RULE_FIRING, ["rule", "tier"]), "{{rule}} {{tier}}"),), "none", width=9,
            link=of_line("spanwise-alerts", _VARIABLES, "rule"),
        ),
        table(
            "Noisy rules", "Which rules cost people most attention? The one that fired most is first.",
            (("rule", "Rule"),),
            (
                Column("Fired", _ASK.increase(CHANGES, ["rule"], only='kind="fired"'), "short"),
                Column("Changes", _ASK.increase(CHANGES, ["rule"]), "short"),
                Column("Firing now", _ASK.gauge(RULE_FIRING, ["rule"]), "none"),
                Column("Flapping now", _ASK.gauge(FLAPPING, ["rule"]), "none", rising(1, 1)),
            ),
            worst_first="Fired", link=_THIS_RULE, width=9,
        ),
    ),
)  # fmt: skip

_TOLD: Final = Row(
    "Who was told",
    (
        series(
            "Messages by receiver", "Who was told, and how often?",
            (Query(f"60 * {_ASK.rate(MESSAGES, ['receiver'])}", "{{receiver}}"),), "cpm", width=6,
        ),
        series(
            "Time to the first word p95", "How long does it take from firing to the first message that arrives?",
            (Query(_ASK.quantile(0.95, LATENCY, ["channel"]), "{{channel}}"),), "s", rising(60, 300), width=6,
        ),
        series(
            "Failed deliveries", "Which way to people is broken: put off, or given up?",
            (Query(f"60 * {_FAILED}", "{{channel}} {{outcome}}"),),
            "cpm", width=6,
        ),
        series(
            "Undelivered letters", "Which messages wait, and which will never arrive?",
            (Query(_ASK.gauge(LETTERS_UNDELIVERED, ["channel", "status"]), "{{channel}} {{status}}"),), "none",
            width=6,
        ),
    ),
)  # fmt: skip

_LIMITS: Final = Row(
    "Objectives and budgets",
    (
        series(
            "Burn rate", "How many times faster than the objective allows do errors come, in short and long windows?",
            (Query(_ASK.highest(BURN_RATE, ["rule", "window"]), "{{rule}} {{window}}"),), "none", _BURN,
        ),
        table(
            "Objectives", "Which objective is in danger? The one that burns fastest is first.", (("rule", "Rule"),),
            (
                Column("Objective", _ASK.highest(OBJECTIVE, ["rule"]), "percentunit"),
                Column("Fastest burn", _ASK.highest(BURN_RATE, ["rule"]), "none", _BURN),
            ),
            worst_first="Fastest burn", link=_THIS_RULE, width=8,
        ),
        panels.budget_left(_ASK),
    ),
)  # fmt: skip

BOARD: Final = Board(
    uid="spanwise-alerts",
    title="Spanwise / Alerts and SLOs",
    question="What fires, who was told and how fast, which rules are noise, and how much of each budget is left?",
    variables=_VARIABLES,
    rows=(_NOW, _FIRES, _TOLD, _LIMITS),
    deeper=to_board("spanwise-anomalies", _VARIABLES),
)

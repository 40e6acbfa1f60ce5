"""Anomalies: what is unusual for its series, drawn in the band that was expected."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards.board import Board, Query, Row, Variable
from spanwise_dashboards.query import FAILED, Scope
from spanwise_dashboards.style import (
    Column,
    band,
    everywhere,
    named,
    of_line,
    rising,
    series,
    stat,
    table,
    timeline,
    to_board,
)
from spanwise_schema.alert_metrics import ANOMALY_SCORE, EXPECTED, EXPECTED_LOWER, EXPECTED_UPPER, OBSERVED
from spanwise_schema.metrics import LABEL, LLM_DURATION, RUNAWAYS, RUNAWAYS_COST

_VARIABLES: Final = (
    Variable("rule", "Rule", "rule", ANOMALY_SCORE),
    *everywhere(ANOMALY_SCORE),
    Variable("agent", "Agent", LABEL["agent"], ANOMALY_SCORE),
    Variable("provider", "Provider", LABEL["provider"], ANOMALY_SCORE),
    Variable("model", "Model", LABEL["model"], ANOMALY_SCORE),
    Variable("tool", "Tool", LABEL["tool"], ANOMALY_SCORE),
)
_ASK: Final = Scope(_VARIABLES)
_AGENT: Final = LABEL["agent"]
_PROVIDER: Final = LABEL["provider"]
_FAILING: Final = _ASK.rate(LLM_DURATION, [_PROVIDER, _AGENT], sample="count", only=FAILED)
_UNUSUAL: Final = rising(0.8, 1)
_BY: Final = ANOMALY_SCORE.labels

_NOW: Final = Row(
    "Now",
    (
        stat(
            "Watched series", "How many series are compared with what was expected of them?",
            Query(_ASK.count(ANOMALY_SCORE)), "none", width=8,
        ),
        stat(
            "Anomalies", "How many of them are unusual now?",
            Query(_ASK.count(ANOMALY_SCORE, at_least=1)), "none", rising(1, 5), width=8,
        ),
        stat(
            "Highest score", "How unusual is the worst? From 1 on it is an anomaly.",
            Query(_ASK.highest(ANOMALY_SCORE)), "none", _UNUSUAL, width=8,
        ),
    ),
)  # fmt: skip

_BAND: Final = Row(
    "The most unusual series of those chosen above",
    (
        band(
            "Value in its expected band", "Where did it leave what was expected? Choose a rule and labels for others.",
            observed=_ASK.of_the_highest(OBSERVED, ANOMALY_SCORE),
            expected=_ASK.of_the_highest(EXPECTED, ANOMALY_SCORE),
            lower=_ASK.of_the_highest(EXPECTED_LOWER, ANOMALY_SCORE),
            upper=_ASK.of_the_highest(EXPECTED_UPPER, ANOMALY_SCORE),
        ),
    ),
)  # fmt: skip

_ALL: Final = Row(
    "All series",
    (
        table(
            "Unusual series", "Which series is most unusual now, and what was expected? A click chooses its rule.",
            (("rule", "Rule"), *((label, label) for label in _BY[1:])),
            (
                Column("Score", f"topk(50, {_ASK.highest(ANOMALY_SCORE, _BY)})", "none", _UNUSUAL),
                Column("Observed", _ASK.highest(OBSERVED, _BY), "none"),
                Column("Expected", _ASK.highest(EXPECTED, _BY), "none"),
                Column("Least", _ASK.highest(EXPECTED_LOWER, _BY), "none"),
                Column("Most", _ASK.highest(EXPECTED_UPPER, _BY), "none"),
            ),
            worst_first="Score", link=to_board("spanwise-anomalies", _VARIABLES, "rule"), width=24,
        ),
        series(
            "Scores", "When were series unusual, and several at once? The ten highest.",
            (Query(f"topk(10, {_ASK.highest(ANOMALY_SCORE, _BY)})"),), "none", _UNUSUAL, width=14,
        ),
        timeline(
            "Unusual by rule", "When was something unusual to each rule?",
            Query(_ASK.highest(ANOMALY_SCORE, ["rule"]), "{{rule}}"), "none", _UNUSUAL,
        ),
    ),
)  # fmt: skip

_AWAY: Final = Row(
    "Runs that run away, and providers that fail many",
    (
        series(
            "Runaway runs", "Which agents go in circles or burn money now, and by which sign?",
            (Query(_ASK.gauge(RUNAWAYS, [_AGENT, "sign"]), f"{named(_AGENT)} {named('sign')}"),), "none", rising(1, 3),
            link=of_line("spanwise-agent", _VARIABLES[1:], "agent"),
        ),
        series(
            "Burn of runaway runs", "What do they spend in an hour at this pace?",
            (Query(_ASK.gauge(RUNAWAYS_COST, [_AGENT]), named(_AGENT)),), "currencyUSD", rising(1, 10),
            link=of_line("spanwise-agent", _VARIABLES[1:], "agent"),
        ),
        series(
            "Agents that a provider fails", "Is it an outage: do several agents see errors of one provider?",
            (Query(f"count by ({_PROVIDER}) ({_FAILING} > 0)", named(_PROVIDER)),), "none", rising(2, 4),
            link=of_line("spanwise-llm", _VARIABLES[1:], "provider"),
        ),
    ),
)  # fmt: skip

BOARD: Final = Board(
    uid="spanwise-anomalies",
    title="Spanwise / Anomalies",
    question="What is unusual for its own series and how far, and which runs and providers go wrong?",
    variables=_VARIABLES,
    rows=(_NOW, _BAND, _ALL, _AWAY),
    deeper=to_board("spanwise-alerts", _VARIABLES[:1]),
)

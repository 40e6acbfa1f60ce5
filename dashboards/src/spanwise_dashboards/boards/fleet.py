"""Fleet overview: where everybody starts."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards import panels
from spanwise_dashboards.board import Board, Query, Row, Variable
from spanwise_dashboards.query import RANGE, Scope
from spanwise_dashboards.style import (
    Column,
    bars,
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
from spanwise_schema.alert_metrics import FIRING
from spanwise_schema.metrics import (
    LABEL,
    LLM_COST,
    LLM_DURATION,
    RUN_COST,
    RUN_DURATION,
    RUN_TOKENS,
    RUNS_ACTIVE,
)

UID: Final = "spanwise-fleet"

_AGENT: Final = LABEL["agent"]
_MODEL: Final = LABEL["model"]
_PROVIDER: Final = LABEL["provider"]
_TOOL: Final = LABEL["tool"]

_VARIABLES: Final = (
    *everywhere(LLM_DURATION),
    Variable("agent", "Agent", _AGENT, LLM_DURATION),
)
_ASK: Final = Scope(_VARIABLES)
_THIS_AGENT: Final = to_board("spanwise-agent", _VARIABLES, "agent")
_MODEL_OF_LINE: Final = of_line("spanwise-llm", _VARIABLES, "model")
_PROVIDER_OF_LINE: Final = of_line("spanwise-llm", _VARIABLES, "provider")

_OURS: Final = _ASK.gauge(FIRING, only='tier=~"warning|critical"')
_FIRING: Final = f'{_OURS} or count(ALERTS{{alertstate="firing"}}) or vector(0)'

_NOW: Final = Row(
    "Health now",
    (
        panels.runs_per_minute(_ASK),
        panels.success_ratio(_ASK),
        panels.run_p95(_ASK),
        panels.cost_per_hour(_ASK),
        panels.unpriced_calls(_ASK),
        stat(
            "Firing alerts", "Is somebody woken already, by the alert manager or else by Prometheus?",
            Query(_FIRING, instant=True), "none", rising(1, 5),
        ),
    ),
)  # fmt: skip

_RED: Final = Row(
    "Traffic, errors, duration",
    (
        series(
            "Runs by agent", "Who produces the load?",
            (Query(f"60 * {_ASK.rate(RUN_DURATION, [_AGENT])}", named(_AGENT)),), "cpm",
        ),
        series(
            "Run error ratio by agent", "Whose runs fail?",
            (Query(_ASK.error_ratio(RUN_DURATION, [_AGENT]), named(_AGENT)),), "percentunit", panels.ERRORS,
        ),
        series(
            "Run duration", "Is the fleet slower than before? Each diamond is a run with its trace id.",
            (
                Query(_ASK.quantile(0.5, RUN_DURATION), "p50"),
                Query(_ASK.quantile(0.95, RUN_DURATION), "p95", exemplars=True),
                Query(_ASK.quantile(0.99, RUN_DURATION), "p99"),
            ),
            "s", panels.SLOW_RUN,
        ),
    ),
)  # fmt: skip

_AGENTS: Final = Row(
    "Agents that need attention",
    (
        table(
            "Agents", "Which agent hurts most? The worst error ratio is first; a click opens that agent.",
            ((_AGENT, "Agent"),),
            (
                Column("Runs", _ASK.increase(RUN_DURATION, [_AGENT]), "short"),
                Column(
                    "Error ratio", _ASK.error_ratio(RUN_DURATION, [_AGENT], window=RANGE), "percentunit", panels.ERRORS
                ),
                Column("p95", _ASK.quantile(0.95, RUN_DURATION, [_AGENT], window=RANGE), "s", panels.SLOW_RUN),
                Column("Tokens", _ASK.increase(RUN_TOKENS, [_AGENT], sample="sum"), "short"),
                Column("Cost", _ASK.increase(RUN_COST, [_AGENT], sample="sum"), "currencyUSD"),
                Column("Active", _ASK.gauge(RUNS_ACTIVE, [_AGENT]), "none"),
            ),
            worst_first="Error ratio", link=_THIS_AGENT,
        ),
        timeline(
            "Agent health", "When was each agent unhealthy?",
            Query(_ASK.error_ratio(RUN_DURATION, [_AGENT]), named(_AGENT)), "percentunit", panels.ERRORS,
        ),
    ),
)  # fmt: skip

_PARTS: Final = Row(
    "Models and tools",
    (
        panels.model_p95(_ASK, _VARIABLES, width=8),
        series(
            "Model call error ratio by provider", "Does a provider fail for everybody?",
            (Query(_ASK.error_ratio(LLM_DURATION, [_PROVIDER]), named(_PROVIDER)),), "percentunit", panels.ERRORS,
            link=_PROVIDER_OF_LINE,
        ),
        panels.tools(_ASK, _VARIABLES, width=8),
    ),
)  # fmt: skip

_SPEND: Final = Row(
    "Spend",
    (
        bars(
            "Cost by model", "Which ten models cost most in the shown time?",
            Query(f"topk(10, {_ASK.increase(LLM_COST, [_MODEL])})", named(_MODEL), instant=True), "currencyUSD",
            link=of_line("spanwise-cost", _VARIABLES, "model"),
        ),
        panels.tokens_per_minute(_ASK),
    ),
)  # fmt: skip

BOARD: Final = Board(
    uid=UID,
    title="Spanwise / Fleet overview",
    question="Start here. Is the fleet healthy, which agent needs attention, what does it cost right now?",
    variables=_VARIABLES,
    rows=(_NOW, _RED, _AGENTS, _PARTS, _SPEND),
    deeper=to_board("spanwise-agent", _VARIABLES),
)

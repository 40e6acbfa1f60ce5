"""Fleet overview: where everybody starts."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards.board import Board, Query, Row, Variable
from spanwise_dashboards.query import RANGE, Scope
from spanwise_dashboards.style import Column, bars, everywhere, falling, rising, series, stat, table, timeline, to_board
from spanwise_schema.metrics import (
    CACHE_READ_TOKENS,
    INPUT_TOKENS,
    LABEL,
    LLM_COST,
    LLM_DURATION,
    OUTPUT_TOKENS,
    RUN_COST,
    RUN_DURATION,
    RUN_TOKENS,
    RUNS_ACTIVE,
    TOOL_DURATION,
    UNPRICED_CALLS,
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
_ERRORS: Final = rising(0.01, 0.05)
_SLOW: Final = rising(60, 120)
_THIS_AGENT: Final = to_board("spanwise-agent", _VARIABLES, "agent")
_MODEL_OF_LINE: Final = to_board("spanwise-llm", _VARIABLES, "model", f"${{__field.labels.{_MODEL}}}")
_PROVIDER_OF_LINE: Final = to_board("spanwise-llm", _VARIABLES, "provider", f"${{__field.labels.{_PROVIDER}}}")

_NOW: Final = Row(
    "Health now",
    (
        stat("Runs per minute", "How busy is the fleet?", Query(f"60 * {_ASK.rate(RUN_DURATION)}"), "cpm"),
        stat(
            "Success ratio", "Do runs succeed?", Query(f"1 - {_ASK.error_ratio(RUN_DURATION)}"), "percentunit",
            falling(0.95, 0.99),
        ),
        stat("Run duration p95", "Are runs slow?", Query(_ASK.quantile(0.95, RUN_DURATION)), "s", _SLOW),
        stat("Cost per hour", "What do we burn now?", Query(f"3600 * {_ASK.rate(LLM_COST)}"), "currencyUSD"),
        stat(
            "Unpriced calls", "How many model calls have no known price and are in no cost here?",
            Query(f"{_ASK.increase(UNPRICED_CALLS)} or vector(0)", instant=True), "short", rising(1, 100),
        ),
        stat(
            "Firing alerts", "Does Prometheus page somebody already?",
            Query('count(ALERTS{alertstate="firing"}) or vector(0)', instant=True), "none", rising(1, 5),
        ),
    ),
)  # fmt: skip

_RED: Final = Row(
    "Traffic, errors, duration",
    (
        series(
            "Runs by agent", "Who produces the load?",
            (Query(f"60 * {_ASK.rate(RUN_DURATION, [_AGENT])}", f"{{{{{_AGENT}}}}}"),), "cpm",
        ),
        series(
            "Run error ratio by agent", "Whose runs fail?",
            (Query(_ASK.error_ratio(RUN_DURATION, [_AGENT]), f"{{{{{_AGENT}}}}}"),), "percentunit", _ERRORS,
        ),
        series(
            "Run duration", "Is the fleet slower than before? Each diamond is a run with its trace id.",
            (
                Query(_ASK.quantile(0.5, RUN_DURATION), "p50"),
                Query(_ASK.quantile(0.95, RUN_DURATION), "p95", exemplars=True),
                Query(_ASK.quantile(0.99, RUN_DURATION), "p99"),
            ),
            "s", _SLOW,
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
                Column("Error ratio", _ASK.error_ratio(RUN_DURATION, [_AGENT], window=RANGE), "percentunit", _ERRORS),
                Column("p95", _ASK.quantile(0.95, RUN_DURATION, [_AGENT], window=RANGE), "s", _SLOW),
                Column("Tokens", _ASK.increase(RUN_TOKENS, [_AGENT], sample="sum"), "short"),
                Column("Cost", _ASK.increase(RUN_COST, [_AGENT], sample="sum"), "currencyUSD"),
                Column("Active", _ASK.gauge(RUNS_ACTIVE, [_AGENT]), "none"),
            ),
            worst_first="Error ratio", link=_THIS_AGENT,
        ),
        timeline(
            "Agent health", "When was each agent unhealthy?",
            Query(_ASK.error_ratio(RUN_DURATION, [_AGENT]), f"{{{{{_AGENT}}}}}"), "percentunit", _ERRORS,
        ),
    ),
)  # fmt: skip

_PARTS: Final = Row(
    "Models and tools",
    (
        series(
            "Model call p95 by model", "Which model is slow? Each diamond is a call with its trace id.",
            (Query(_ASK.quantile(0.95, LLM_DURATION, [_MODEL]), f"{{{{{_MODEL}}}}}", exemplars=True),), "s",
            rising(15, 30), link=_MODEL_OF_LINE,
        ),
        series(
            "Model call error ratio by provider", "Does a provider fail for everybody?",
            (Query(_ASK.error_ratio(LLM_DURATION, [_PROVIDER]), f"{{{{{_PROVIDER}}}}}"),), "percentunit", _ERRORS,
            link=_PROVIDER_OF_LINE,
        ),
        table(
            "Tools", "Which tool fails or is slow?", ((_TOOL, "Tool"),),
            (
                Column("Calls", _ASK.increase(TOOL_DURATION, [_TOOL]), "short"),
                Column("Error ratio", _ASK.error_ratio(TOOL_DURATION, [_TOOL], window=RANGE), "percentunit", _ERRORS),
                Column("p95", _ASK.quantile(0.95, TOOL_DURATION, [_TOOL], window=RANGE), "s", rising(10, 30)),
            ),
            worst_first="Error ratio", width=8, link=to_board("spanwise-tools", _VARIABLES, "tool"),
        ),
    ),
)  # fmt: skip

_SPEND: Final = Row(
    "Spend",
    (
        bars(
            "Cost by model", "Which ten models cost most in the shown time?",
            Query(f"topk(10, {_ASK.increase(LLM_COST, [_MODEL])})", f"{{{{{_MODEL}}}}}", instant=True), "currencyUSD",
            link=to_board("spanwise-cost", _VARIABLES, "model", f"${{__field.labels.{_MODEL}}}"),
        ),
        series(
            "Tokens per minute", "Do prompts or answers grow, and does the provider's cache help?",
            (
                Query(f"60 * {_ASK.rate(INPUT_TOKENS, sample='sum')}", "input"),
                Query(f"60 * {_ASK.rate(OUTPUT_TOKENS, sample='sum')}", "output"),
                Query(f"60 * {_ASK.rate(CACHE_READ_TOKENS)}", "input from cache"),
            ),
            "short", width=12,
        ),
    ),
)  # fmt: skip

BOARD: Final = Board(
    uid=UID,
    title="Spanwise / Fleet overview",
    question="Start here. Is the fleet healthy, which agent needs attention, what does it cost right now?",
    variables=_VARIABLES,
    rows=(_NOW, _RED, _AGENTS, _PARTS, _SPEND),
)

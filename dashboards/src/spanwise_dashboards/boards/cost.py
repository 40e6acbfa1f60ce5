"""Cost and tokens: what agents cost, who spends it, and whether it jumps."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards import panels
from spanwise_dashboards.board import Board, Query, Row, Variable
from spanwise_dashboards.query import Scope
from spanwise_dashboards.style import (
    Column,
    bars,
    everywhere,
    heat,
    named,
    of_line,
    rising,
    series,
    stat,
    table,
    to_board,
)
from spanwise_schema.metrics import (
    CACHE_READ_TOKENS,
    INPUT_TOKENS,
    LABEL,
    LLM_COST,
    LLM_DURATION,
    OUTPUT_TOKENS,
    RUN_COST,
    UNPRICED_TOKENS,
)

_AGENT: Final = LABEL["agent"]
_MODEL: Final = LABEL["model"]
_PROVIDER: Final = LABEL["provider"]
_TENANT: Final = LABEL["tenant"]

_VARIABLES: Final = (
    *everywhere(LLM_DURATION),
    Variable("agent", "Agent", _AGENT, LLM_DURATION),
    Variable("provider", "Provider", _PROVIDER, LLM_DURATION),
    Variable("model", "Model", _MODEL, LLM_DURATION),
)
_ASK: Final = Scope(_VARIABLES)
_A_DAY: Final = f"24 * 3600 * {_ASK.rate(LLM_COST)}"
_BY: Final = (_AGENT, _MODEL)
_TOKENS: Final = f"({_ASK.rate(INPUT_TOKENS, sample='sum')} + {_ASK.rate(OUTPUT_TOKENS, sample='sum')})"

_SUMMARY: Final = Row(
    "Summary",
    (
        stat("Cost", "What did the shown time cost?", Query(_ASK.increase(LLM_COST), instant=True), "currencyUSD"),
        panels.cost_per_hour(_ASK),
        stat("Cost per day at this pace", "What will a day cost?", Query(_A_DAY), "currencyUSD"),
        stat(
            "Cost per 1,000 tokens", "Does the mix get dearer?",
            Query(f"1000 * {_ASK.ratio(_ASK.rate(LLM_COST), _TOKENS)}"), "currencyUSD",
        ),
        panels.unpriced_calls(_ASK),
        stat(
            "Unpriced tokens", "How many tokens are in no cost here?",
            Query(f"{_ASK.increase(UNPRICED_TOKENS)} or vector(0)", instant=True), "short", rising(1, 100_000),
        ),
    ),
)  # fmt: skip

_SPEND: Final = Row(
    "Spend per hour",
    (
        series(
            "Cost per hour by agent", "Who spends?",
            (Query(f"3600 * {_ASK.rate(LLM_COST, [_AGENT])}", named(_AGENT)),), "currencyUSD",
            link=of_line("spanwise-agent", _VARIABLES, "agent"),
        ),
        series(
            "Cost per hour by model", "On which model?",
            (Query(f"3600 * {_ASK.rate(LLM_COST, [_MODEL])}", named(_MODEL)),), "currencyUSD",
            link=of_line("spanwise-llm", _VARIABLES, "model"),
        ),
        series(
            "Cost per hour by tenant", "For whom?",
            (Query(f"3600 * {_ASK.rate(LLM_COST, [_TENANT])}", named(_TENANT)),), "currencyUSD",
        ),
    ),
)  # fmt: skip

_WHERE: Final = Row(
    "Where to save first",
    (
        table(
            "Agents and models", "Which pair costs most? The dearest is first; a click opens the agent.",
            ((_AGENT, "Agent"), (_MODEL, "Model")),
            (
                Column("Cost", _ASK.increase(LLM_COST, _BY), "currencyUSD"),
                Column("Calls", _ASK.increase(LLM_DURATION, _BY), "short"),
                Column("Input tokens", _ASK.increase(INPUT_TOKENS, _BY, sample="sum"), "short"),
                Column("Output tokens", _ASK.increase(OUTPUT_TOKENS, _BY, sample="sum"), "short"),
                Column("From cache", _ASK.increase(CACHE_READ_TOKENS, _BY), "short"),
            ),
            worst_first="Cost", link=to_board("spanwise-agent", _VARIABLES, "agent"),
        ),
        bars(
            "Cost by provider", "Whom do we pay?",
            Query(f"topk(10, {_ASK.increase(LLM_COST, [_PROVIDER])})", named(_PROVIDER), instant=True),
            "currencyUSD", width=10,
        ),
    ),
)  # fmt: skip

_RUNS: Final = Row(
    "Budgets, runs and tokens",
    (
        panels.budget_left(_ASK),
        heat(
            "Cost of a run", "Are there runs that cost far more than others?",
            Query(_ASK.buckets(RUN_COST), "{{le}}"), "currencyUSD", width=8,
        ),
        panels.tokens_per_minute(_ASK, width=8),
    ),
)  # fmt: skip

BOARD: Final = Board(
    uid="spanwise-cost",
    title="Spanwise / Cost, tokens and budgets",
    question="What do agents cost, who spends it, does it jump, and how much of the budgets is left?",
    variables=_VARIABLES,
    rows=(_SUMMARY, _SPEND, _WHERE, _RUNS),
    deeper=to_board("spanwise-agent", _VARIABLES),
)

"""Waste: money and time that bought nothing."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards.board import Board, Query, Row, Variable
from spanwise_dashboards.query import FAILED, Scope
from spanwise_dashboards.style import Column, bars, everywhere, named, of_line, rising, series, stat, table, to_board
from spanwise_schema.metrics import (
    CACHE_READ_TOKENS,
    DUPLICATES,
    DUPLICATES_COST,
    INPUT_TOKENS,
    LABEL,
    LLM_COST,
    RETRIES,
    RETRIES_COST,
    RUN_COST,
    RUN_REPEATED,
)

_AGENT: Final = LABEL["agent"]
_MODEL: Final = LABEL["model"]

_VARIABLES: Final = (
    *everywhere(INPUT_TOKENS),
    Variable("agent", "Agent", _AGENT, INPUT_TOKENS),
)
_ASK: Final = Scope(_VARIABLES)
_PAID: Final = _ASK.rate(RUN_COST, sample="sum")
_FAILED_RUNS: Final = f"({_ASK.rate(RUN_COST, sample='sum', only=FAILED)} or 0 * {_PAID})"
_FAILED_BY_AGENT: Final = _ASK.increase(RUN_COST, [_AGENT], sample="sum", only=FAILED)
_NOT_CACHED: Final = (
    f"1 - ({_ASK.rate(CACHE_READ_TOKENS)} or 0 * {_ASK.rate(INPUT_TOKENS, sample='sum')})"
    f" / ({_ASK.rate(INPUT_TOKENS, sample='sum')} > 0)"
)

_SUMMARY: Final = Row(
    "Summary",
    (
        stat(
            "Cost of failed runs", "How much did runs cost that failed, in the shown time?",
            Query(f"{_ASK.increase(RUN_COST, sample='sum', only=FAILED)} or vector(0)", instant=True), "currencyUSD",
        ),
        stat(
            "Share of cost in failed runs", "Of what we pay for runs, how much buys nothing?",
            Query(_ASK.ratio(_FAILED_RUNS, _PAID)), "percentunit", rising(0.02, 0.1),
        ),
        stat(
            "Cost of failed calls", "How much did calls cost that failed?",
            Query(f"{_ASK.increase(LLM_COST, only=FAILED)} or vector(0)", instant=True), "currencyUSD",
        ),
        stat(
            "Cost of retries", "How much did calls cost that were made again after one that failed?",
            Query(f"{_ASK.increase(RETRIES_COST)} or vector(0)", instant=True), "currencyUSD",
        ),
        stat("Input not from cache", "How much input is paid in full?", Query(_NOT_CACHED), "percentunit"),
        stat(
            "Duplicates left out", "How much would have been counted twice?",
            Query(f"{_ASK.increase(DUPLICATES_COST)} or vector(0)", instant=True), "currencyUSD",
        ),
    ),
)  # fmt: skip

_WHO: Final = Row(
    "Who wastes",
    (
        series(
            "Cost per hour of failed runs by agent", "Whose failures cost most?",
            (Query(f"3600 * {_ASK.rate(RUN_COST, [_AGENT], sample='sum', only=FAILED)}", named(_AGENT)),),
            "currencyUSD", link=of_line("spanwise-agent", _VARIABLES, "agent"),
        ),
        series(
            "Repeated tool calls p95 by agent", "Who goes in circles?",
            (Query(_ASK.quantile(0.95, RUN_REPEATED, [_AGENT]), named(_AGENT)),), "short", rising(3, 10),
        ),
        series(
            "Cache share by model", "Where would a stable prompt pay?",
            (
                Query(
                    _ASK.ratio(_ASK.rate(CACHE_READ_TOKENS, [_MODEL]), _ASK.rate(INPUT_TOKENS, [_MODEL], sample="sum")),
                    named(_MODEL),
                ),
            ),
            "percentunit",
        ),
    ),
)  # fmt: skip

_WHAT: Final = Row(
    "What was wasted",
    (
        table(
            "Agents", "Where is most lost? The dearest failures are first.", ((_AGENT, "Agent"),),
            (
                Column("Cost of failed runs", _FAILED_BY_AGENT, "currencyUSD"),
                Column("Cost of all runs", _ASK.increase(RUN_COST, [_AGENT], sample="sum"), "currencyUSD"),
                Column("Cost of retries", _ASK.increase(RETRIES_COST, [_AGENT]), "currencyUSD"),
                Column("Repeated tool calls", _ASK.increase(RUN_REPEATED, [_AGENT], sample="sum"), "short"),
            ),
            worst_first="Cost of failed runs", link=to_board("spanwise-agent", _VARIABLES, "agent"), width=12,
        ),
        series(
            "Retries by model", "Which model is asked again and again?",
            (Query(f"60 * {_ASK.rate(RETRIES, [_MODEL])}", named(_MODEL)),), "cpm", width=6,
            link=of_line("spanwise-llm", _VARIABLES, "model"),
        ),
        bars(
            "Duplicates by reason", "Why was the same call told twice?",
            Query(_ASK.increase(DUPLICATES, ["reason"]), "{{reason}}", instant=True), "short", width=6,
        ),
    ),
)  # fmt: skip

BOARD: Final = Board(
    uid="spanwise-waste",
    title="Spanwise / Waste",
    question="What do we pay for that buys nothing: failures, retries, repetition, duplicates, missed cache?",
    variables=_VARIABLES,
    rows=(_SUMMARY, _WHO, _WHAT),
    deeper=to_board("spanwise-agent", _VARIABLES),
)

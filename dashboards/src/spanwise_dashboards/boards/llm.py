"""Providers and models: are calls fast, reliable and within limits."""

from __future__ import annotations

from typing import Final

from spanwise_dashboards import panels
from spanwise_dashboards.board import Board, Query, Row, Variable
from spanwise_dashboards.query import FAILED, RANGE, Scope
from spanwise_dashboards.style import Column, everywhere, heat, named, of_line, rising, series, stat, table, to_board
from spanwise_schema.metrics import (
    CACHE_READ_TOKENS,
    INPUT_TOKENS,
    LABEL,
    LLM_COST,
    LLM_DURATION,
    LLM_TTFT,
    OUTPUT_TOKENS,
)

_MODEL: Final = LABEL["model"]
_PROVIDER: Final = LABEL["provider"]
_ERROR: Final = LABEL["error_type"]

_VARIABLES: Final = (
    *everywhere(LLM_DURATION),
    Variable("agent", "Agent", LABEL["agent"], LLM_DURATION),
    Variable("provider", "Provider", _PROVIDER, LLM_DURATION),
    Variable("model", "Model", _MODEL, LLM_DURATION),
)
_ASK: Final = Scope(_VARIABLES)
_BY: Final = (_PROVIDER, _MODEL)

_SUMMARY: Final = Row(
    "Summary",
    (
        panels.calls_per_minute(_ASK, LLM_DURATION, "What load do providers get?"),
        panels.error_ratio(_ASK, LLM_DURATION, "Do calls fail?"),
        panels.call_p95(_ASK, LLM_DURATION, "Are calls slow?", panels.SLOW_MODEL),
        stat("First chunk p95", "Do streams start quickly?", Query(_ASK.quantile(0.95, LLM_TTFT)), "s", rising(3, 8)),
        stat(
            "Cache share", "How much of the input comes from the provider's cache?",
            Query(_ASK.ratio(_ASK.rate(CACHE_READ_TOKENS), _ASK.rate(INPUT_TOKENS, sample="sum"))), "percentunit",
        ),
        panels.unpriced_calls(_ASK),
    ),
)  # fmt: skip

_LATENCY: Final = Row(
    "Latency",
    (
        series(
            "Call p95 by model", "Which model got slower? Each diamond is a call with its trace id.",
            (Query(_ASK.quantile(0.95, LLM_DURATION, [_MODEL]), named(_MODEL), exemplars=True),), "s",
            panels.SLOW_MODEL,
            link=of_line("spanwise-llm", _VARIABLES, "model"),
        ),
        heat(
            "Call duration", "One mode or two?", Query(_ASK.buckets(LLM_DURATION), "{{le}}", exemplars=True), "s",
            width=8,
        ),
        series(
            "First chunk p95 by model", "Does it queue, or does it generate slowly?",
            (Query(_ASK.quantile(0.95, LLM_TTFT, [_MODEL]), named(_MODEL), exemplars=True),), "s", rising(3, 8),
        ),
    ),
)  # fmt: skip

_FAULTS: Final = Row(
    "Errors",
    (
        series(
            "Error ratio by provider and model", "Who fails?",
            (Query(_ASK.error_ratio(LLM_DURATION, _BY), f"{{{{{_PROVIDER}}}}} {{{{{_MODEL}}}}}"),), "percentunit",
            panels.ERRORS, width=12,
        ),
        series(
            "Errors by type", "Too many requests, time-outs, the server's faults or ours?",
            (Query(f"60 * {_ASK.rate(LLM_DURATION, [_ERROR], only=FAILED)}", named(_ERROR)),), "cpm", width=12,
        ),
    ),
)  # fmt: skip

_TOKENS: Final = Row(
    "Tokens",
    (
        series(
            "Input tokens per minute", "Which model reads most, against the provider's limits?",
            (Query(f"60 * {_ASK.rate(INPUT_TOKENS, [_MODEL], sample='sum')}", named(_MODEL)),), "short",
        ),
        series(
            "Output tokens per second of call time", "How fast does the agent see answers?",
            (
                Query(
                    _ASK.ratio(
                        _ASK.rate(OUTPUT_TOKENS, [_MODEL], sample="sum"),
                        _ASK.rate(LLM_DURATION, [_MODEL], sample="sum"),
                    ),
                    named(_MODEL),
                ),
            ),
            "none",
        ),
        series(
            "Input tokens of a call p95", "Is the context window filling up?",
            (Query(_ASK.quantile(0.95, INPUT_TOKENS, [_MODEL]), named(_MODEL)),), "short",
        ),
    ),
)  # fmt: skip

_COMPARE: Final = Row(
    "Comparison",
    (
        table(
            "Providers and models", "Which model would serve us better? The worst error ratio is first.",
            ((_MODEL, "Model"), (_PROVIDER, "Provider")),
            (
                Column("Calls", _ASK.increase(LLM_DURATION, _BY), "short"),
                Column("Error ratio", _ASK.error_ratio(LLM_DURATION, _BY, window=RANGE), "percentunit", panels.ERRORS),
                Column("p50", _ASK.quantile(0.5, LLM_DURATION, _BY, window=RANGE), "s"),
                Column("p95", _ASK.quantile(0.95, LLM_DURATION, _BY, window=RANGE), "s", panels.SLOW_MODEL),
                Column("p99", _ASK.quantile(0.99, LLM_DURATION, _BY, window=RANGE), "s", rising(30, 60)),
                Column("Cost", _ASK.increase(LLM_COST, _BY), "currencyUSD"),
            ),
            worst_first="Error ratio", width=24, link=to_board("spanwise-llm", _VARIABLES, "model"),
        ),
    ),
)  # fmt: skip

BOARD: Final = Board(
    uid="spanwise-llm",
    title="Spanwise / Providers and models",
    question="Are model calls fast, reliable and within limits, and which provider or model does better?",
    variables=_VARIABLES,
    rows=(_SUMMARY, _LATENCY, _FAULTS, _TOKENS, _COMPARE),
    deeper=to_board("spanwise-traces", ()),
)

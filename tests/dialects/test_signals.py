"""What agents tell by spans, events and metrics at once is counted once, and is what the provider said."""

import itertools

import polars as pl
import pytest

from spanwise_collector.price import PriceBook
from spanwise_collector.resolve import Resolver
from spanwise_collector.signals.sources import Sources
from spanwise_schema.columns import STORED
from tests.dialects.cases import DATA, cases
from tests.dialects.test_cases import GUESSED

PRICES = PriceBook({})
SIGNALS = ("traces", "logs", "metrics")
CASES = [case for case in cases() if list(DATA.glob(f"{case.name}.*.pb")) and case.name not in GUESSED]
TRIED = {"claude_code.error": 1}
"""What one span and one event tell of attempts that all failed."""
EVENTS_ALONE = {"codex", "gemini_cli"}
"""Whose spans tell no tokens."""


def counted(batches):
    """Give calls, input and output tokens of batches, in the order in which they come."""
    sources, resolver = Sources(), Resolver()
    sums = [0, 0, 0]
    for batch in batches:
        chosen = sources.choose(PRICES.price(batch).select(list(STORED))).frame
        calls = resolver.add(chosen, int(1e18)).counted.filter(pl.col("category") == "llm")
        for place, name in enumerate(("duration_ns", "input_tokens", "output_tokens")):
            sums[place] += calls[name].count() if name == "duration_ns" else calls[name].sum()
    return tuple(sums)


def expected(case, signals):
    tokens = tuple(sum(call[name] or 0 for call in case.truth) for name in ("input_tokens", "output_tokens"))
    if signals == ("traces",) and case.emitter in EVENTS_ALONE:
        tokens = (0, 0)
    return (0 if signals == ("metrics",) else TRIED.get(case.name, len(case.truth)), *tokens)


def test_agents_were_recorded_that_tell_by_several_signals():
    assert {case.emitter for case in CASES} == {"claude_code", "codex", "gemini_cli", *EMITTING_EVENTS}
    assert any(case.told("metrics") is not None for case in CASES)


EMITTING_EVENTS = {"openlit_anthropic", "openlit_openai"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_whatever_signals_come_in_whatever_order_each_call_counts_once(case, count):
    told = {signal: frame for signal in SIGNALS if (frame := case.told(signal)) is not None}
    assert "traces" in told
    for signals in itertools.permutations(told, count):
        assert counted(told[signal] for signal in signals) == expected(case, signals), signals

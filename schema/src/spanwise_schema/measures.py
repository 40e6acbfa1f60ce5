"""The measure catalogue: what may be asked of the collector, in which unit, by which dimension.

Rules, budgets and the query API name measures from here. Inside the collector values are whole numbers
(`atom` of them make one unit), so that sums are exact in whatever order spans arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from spanwise_schema.money import PICO_PER_USD

Stat = Literal["count", "sum", "rate", "mean", "p50", "p90", "p95", "p99", "max", "ratio"]
Dimension = Literal["service", "agent", "provider", "model", "tool", "operation", "error_type", "environment", "tenant"]
Unit = Literal["s", "{token}", "USD", "{call}", "{run}", "{step}", "{error}", "1"]

NANO: Final = 1_000_000_000
_MILLION: Final = 1_000_000

_DISTRIBUTION: Final[tuple[Stat, ...]] = ("count", "sum", "rate", "mean", "p50", "p90", "p95", "p99", "max")
_COUNT: Final[tuple[Stat, ...]] = ("count", "sum", "rate")
_ERRORS: Final[tuple[Stat, ...]] = ("count", "sum", "rate", "ratio")

_LLM: Final[tuple[Dimension, ...]] = (
    "service", "agent", "provider", "model", "operation", "error_type", "environment", "tenant",
)  # fmt: skip
_TOOL: Final[tuple[Dimension, ...]] = ("service", "agent", "tool", "operation", "error_type", "environment", "tenant")
_RUN: Final[tuple[Dimension, ...]] = ("service", "agent", "operation", "error_type", "environment", "tenant")

QUANTILES: Final[dict[Stat, float]] = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99}
DIMENSIONS: Final[tuple[Dimension, ...]] = (
    "service", "agent", "provider", "model", "tool", "operation", "error_type", "environment", "tenant",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that can be measured.

    Attributes:
        name: as rules and the API spell it.
        unit: UCUM, as OpenTelemetry writes units.
        atom: how many of the collector's whole numbers make one unit.
        source: the recorded measure this one is read from (`llm.errors` counts failed `llm.duration`s).
        stats: what may be asked of it. `rate` is the sum (of calls, runs and errors: the count) per second;
            `ratio` is the share of failed ones; quantiles interpolate linearly between ranks.
        dimensions: what it may be grouped and filtered by.
        help: one sentence.
    """

    name: str
    unit: Unit
    atom: int
    source: str
    stats: tuple[Stat, ...]
    dimensions: tuple[Dimension, ...]
    help: str


def _own(name: str, unit: Unit, atom: int, dimensions: tuple[Dimension, ...], text: str) -> Measure:
    return Measure(name, unit, atom, name, _DISTRIBUTION, dimensions, text)


_ALL: Final = (
    Measure("llm.calls", "{call}", 1, "llm.duration", _COUNT, _LLM, "Calls of a model, each counted once."),
    Measure("llm.errors", "{error}", 1, "llm.duration", _ERRORS, _LLM, "Calls of a model that failed."),
    _own("llm.duration", "s", NANO, _LLM, "How long a call of a model took, to its last byte."),
    _own("llm.ttft", "s", NANO, _LLM, "Time to the first chunk; of streamed calls only."),
    _own("llm.tokens.input", "{token}", 1, _LLM, "Tokens sent to a model, cached ones included."),
    _own("llm.tokens.output", "{token}", 1, _LLM, "Tokens answered by a model, reasoning included."),
    _own("llm.tokens.cache_read", "{token}", 1, _LLM, "Input tokens that the provider read from its cache."),
    _own("llm.cost", "USD", PICO_PER_USD, _LLM, "What calls of a model cost; unpriced calls are not in it."),
    Measure("tool.calls", "{call}", 1, "tool.duration", _COUNT, _TOOL, "Calls of a tool."),
    Measure("tool.errors", "{error}", 1, "tool.duration", _ERRORS, _TOOL, "Calls of a tool that failed."),
    _own("tool.duration", "s", NANO, _TOOL, "How long a call of a tool took."),
    Measure("run.count", "{run}", 1, "run.duration", _COUNT, _RUN, "Finished runs."),
    Measure("run.errors", "{error}", 1, "run.duration", _ERRORS, _RUN, "Runs that failed or were lost."),
    _own("run.duration", "s", NANO, _RUN, "How long a run took; of a lost one to its last sign of life."),
    _own("run.steps", "{step}", 1, _RUN, "Model and tool calls of a run."),
    _own("run.tokens", "{token}", 1, _RUN, "Input and output tokens of a run."),
    _own("run.cost", "USD", PICO_PER_USD, _RUN, "What a run cost; runs without a priced call are not in it."),
    _own("run.repeated_tool_calls", "{step}", 1, _RUN, "Tool calls of a run that repeat an earlier one."),
    _own("run.llm_share", "1", _MILLION, _RUN, "Share of a run's time in which a model was at work."),
    _own("run.own_share", "1", _MILLION, _RUN, "Share of a run's time in which neither a model nor a tool was."),
    Measure("llm.unpriced", "{call}", 1, "llm.tokens.unpriced", _COUNT, _LLM, "Calls of a model without a price."),
    _own("llm.tokens.unpriced", "{token}", 1, _LLM, "Input and output tokens of calls without a price."),
)

MEASURES: Final[dict[str, Measure]] = {measure.name: measure for measure in _ALL}
RECORDED: Final[tuple[str, ...]] = tuple(m.name for m in _ALL if m.source == m.name)
"""The measures that the collector folds; all others are read from these. The order is their id on disk."""

PER_USER: Final[tuple[str, ...]] = ("llm.tokens.input", "llm.tokens.output", "llm.tokens.cache_read", "llm.cost")
"""The measures whose sums may also be asked by `user` and `session`, which only stored spans know."""

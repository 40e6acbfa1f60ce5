"""Runs: what an agent did in one trace, folded from its spans as they arrive.

A run is a trace in which an agent or a workflow was invoked. It ends when its root span was seen, or when its
outermost agent's span was seen and nothing came for QUIET_NS (the root belongs to somebody who sends us nothing).
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from spanwise_schema.measures import NANO
from spanwise_schema.metrics import RUNS_ACTIVE

Labels = tuple[str, ...]

QUIET_NS: Final = 60 * NANO
FORGET_NS: Final = 3_600 * NANO
_MAX_OPEN: Final = 100_000
_AGENT: Final = ("agent", "workflow")
_TOP: Final = (
    "start_ns", "end_ns", "duration_ns", "service", "environment", "tenant", "agent", "operation", "error_type",
    "span_id",
)  # fmt: skip

RUN: Final[dict[str, pl.DataType]] = {
    "category": pl.String(),  # always "run"
    "trace_id": pl.Binary(),
    "span_id": pl.Binary(),  # of its outermost agent; null where an older release saw it
    "end_ns": pl.Int64(),
    "duration_ns": pl.Int64(),
    "service": pl.String(),
    "environment": pl.String(),
    "tenant": pl.String(),
    "agent": pl.String(),
    "operation": pl.String(),
    "error_type": pl.String(),
    "steps": pl.Int64(),
    "tokens": pl.Int64(),  # null where no call told any
    "cost_pico_usd": pl.Int64(),  # null where no call has a price
}


@dataclass(slots=True)
class Open:
    """A trace whose end was not seen.

    Attributes:
        seen_ns: when its last span came.
        labels: values of RUNS_ACTIVE's dimensions; null while no span named an agent.
        top: values of its outermost agent span so far.
    """

    seen_ns: int
    labels: Labels | None = None
    steps: int = 0
    tokens: int | None = None
    cost_pico_usd: int | None = None
    rooted: bool = False
    top: dict[str, Any] | None = None


class Runs:
    """Folds spans into runs. One thread only."""

    def __init__(self) -> None:
        self._open: OrderedDict[bytes, Open] = OrderedDict()
        self._swept_ns = 0
        self.forgotten = 0

    def __len__(self) -> int:
        return len(self._open)

    def active(self) -> Counter[Labels]:
        """Count the runs in flight by the dimensions of RUNS_ACTIVE, as far as a span named its agent."""
        return Counter(run.labels for run in tuple(self._open.values()) if run.labels is not None)

    def add(self, frame: pl.DataFrame, now_ns: int) -> pl.DataFrame:
        """Fold spans (columns SPAN, CALL, PRICE) and give the runs that ended by it: columns RUN."""
        tops = _outermost(frame)
        keys = [self._merge(trace, tops.get(trace["trace_id"]), now_ns) for trace in _by_trace(frame).to_dicts()]
        ended = [key for key in keys if self._open[key].rooted]
        if now_ns - self._swept_ns >= NANO:
            self._swept_ns = now_ns
            ended += self._quiet(now_ns)
        rows = [_row(key, run, run.top) for key in ended if (run := self._open.pop(key)).top is not None]
        return pl.DataFrame(rows, schema=RUN)

    def _merge(self, trace: dict[str, Any], top: dict[str, Any] | None, now_ns: int) -> bytes:
        key: bytes = trace["trace_id"]
        run = self._open.get(key)
        if run is None:
            run = self._open[key] = Open(now_ns)
        run.seen_ns = now_ns
        self._open.move_to_end(key)
        run.steps += trace["steps"]
        run.tokens = _plus(run.tokens, trace["tokens"])
        run.cost_pico_usd = _plus(run.cost_pico_usd, trace["cost_pico_usd"])
        run.rooted |= trace["rooted"]
        if run.labels is None and trace["agent"] is not None:
            run.labels = tuple(trace[dimension] or "" for dimension in RUNS_ACTIVE.dimensions)
        if top is not None and (run.top is None or _outer(top, run.top)):
            run.top = top
            run.labels = tuple(top[dimension] or "" for dimension in RUNS_ACTIVE.dimensions)
        return key

    def _quiet(self, now_ns: int) -> list[bytes]:
        quiet: list[bytes] = []
        for key, run in self._open.items():
            if run.rooted:
                continue
            age_ns = now_ns - run.seen_ns
            over = len(self._open) - len(quiet) > _MAX_OPEN
            if age_ns < QUIET_NS and not over:
                break
            if run.top is not None or age_ns >= FORGET_NS or over:
                self.forgotten += run.top is None
                quiet.append(key)
        return quiet

    def dump(self) -> list[tuple[bytes, dict[str, Any]]]:
        """Give what a checkpoint keeps."""
        return [(key, asdict(run)) for key, run in self._open.items()]

    def load(self, dumped: list[tuple[bytes, dict[str, Any]]]) -> None:
        """Take up what a checkpoint kept."""
        for key, values in dumped:
            labels = values.pop("labels")
            self._open[key] = Open(**values, labels=None if labels is None else tuple(labels))


def _by_trace(frame: pl.DataFrame) -> pl.DataFrame:
    category, llm = pl.col("category"), pl.col("category") == "llm"
    tokens = pl.sum_horizontal("input_tokens", "output_tokens", ignore_nulls=True)
    told = pl.col("input_tokens").is_not_null() | pl.col("output_tokens").is_not_null()
    return frame.group_by("trace_id", maintain_order=True).agg(
        category.is_in(["llm", "tool"]).sum().cast(pl.Int64).alias("steps"),
        pl.when((llm & told).any()).then(tokens.filter(llm & told).sum()).alias("tokens"),
        pl.when(pl.col("cost_pico_usd").is_not_null().any()).then(pl.col("cost_pico_usd").sum()).alias("cost_pico_usd"),
        pl.col("parent_span_id").is_null().any().alias("rooted"),
        *(pl.col(dimension).drop_nulls().first() for dimension in RUNS_ACTIVE.dimensions),
    )


def _outermost(frame: pl.DataFrame) -> dict[bytes, dict[str, Any]]:
    agents = frame.filter(pl.col("category").is_in(_AGENT)).select("trace_id", *_TOP)
    last_wins = agents.sort("start_ns", "end_ns", descending=[True, False])
    return {row.pop("trace_id"): row for row in last_wins.iter_rows(named=True)}


def _plus(have: int | None, more: int | None) -> int | None:
    return more if have is None else have + (more or 0)


def _outer(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether one agent span lies around another: it began earlier, or at once and ended later."""
    return (one["start_ns"], -one["end_ns"]) < (other["start_ns"], -other["end_ns"])


def _row(key: bytes, run: Open, top: dict[str, Any] | None) -> dict[str, Any]:
    named = {name: value for name, value in (top or {}).items() if name in RUN}
    numbers = {"steps": run.steps, "tokens": run.tokens, "cost_pico_usd": run.cost_pico_usd}
    return {"category": "run", "trace_id": key, **named, **numbers}

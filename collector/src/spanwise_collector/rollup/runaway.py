"""What is known of one run that may have run away: its loops, what it burns, how far it spreads. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from spanwise_collector.rollup.cycles import Loop, Step, failing, repeated, turns_of, unchanged
from spanwise_collector.rollup.lineage import HEADS, STEPS
from spanwise_schema.measures import NANO
from spanwise_schema.money import to_usd
from spanwise_schema.runaway import BY_NAME, CONTEXT_TOKENS, PATIENT

MOST_STEPS: Final = 1_000
"""So many of a trace's newest steps are searched for loops."""
_MINUTE_NS: Final = 60 * NANO
_MOST_NESTED: Final = 64
_LOOPS: Final = ("repeats", "same_error", "no_progress")
_STEP: Final = (pl.col("category") == "tool") | (
    (pl.col("category") == "llm") & pl.col("token_scope").fill_null("leaf").is_in(["leaf", "usage", "duplicate"])
)
_ADDS: Final = pl.any_horizontal(pl.col("input_tokens", "output_tokens").is_not_null())
_TOKENS: Final = (
    pl.sum_horizontal("input_tokens", "output_tokens").alias("tokens"),
    _ADDS.alias("told"),
    pl.col("cost_pico_usd").fill_null(0).alias("pico"),
    pl.col("cost_pico_usd").is_not_null().alias("priced"),
)
_STEP_COLUMNS: Final = ("category", "tool", "tool_arguments", "tool_result", "error_type", "start_ns", "end_ns")
Pair = tuple[int | None, int | None]
"""Tokens and pico-dollars; null where none is known."""


@dataclass(frozen=True, slots=True)
class Runaway:
    """One run, and every sign that it has run away.

    Attributes:
        trace_id: 16 bytes.
        span_id: of the run's own span, 8 bytes.
        running: whether the run's own span is still to come.
        signs: by the names of `SIGNS`, where known; of a loop that may be none a part of its repetitions.
        loops: by the name of its sign.
        start_ns: when the first step that is known began; Unix time.
        last_ns: when the last one ended.
        used: what all calls told.
        in_loop: what the calls told since the loop of a sign began, by its name.
    """

    trace_id: bytes
    span_id: bytes
    running: bool
    service: str | None
    environment: str | None
    tenant: str | None
    agent: str | None
    signs: Mapping[str, float]
    loops: Mapping[str, Loop]
    start_ns: int
    last_ns: int
    steps: int
    used: Pair
    in_loop: Mapping[str, Pair]


def runaway_of(spans: pl.DataFrame, now_ns: int) -> Runaway | None:
    """Look at a trace; null where no sign is as great as its least bound.

    Agents and tools that are called are looked at apart; the one that loops most speaks for the trace.

    Args:
        spans: all that came of the trace, columns SPANS, in order.
        now_ns: Unix time.
    """
    steps = spans.filter(_STEP)
    if not steps.height:
        return None
    ids: list[bytes] = spans["span_id"].to_list()
    parents: dict[bytes, bytes | None] = dict(zip(ids, spans["parent_span_id"].to_list(), strict=True))
    kinds: dict[bytes, str | None] = dict(zip(ids, spans["category"].to_list(), strict=True))
    rooted = spans["parent_span_id"].null_count() > 0
    streams = _streams(steps.tail(MOST_STEPS), parents, kinds)
    loops = {owner: _loops(rows) for owner, rows in streams.items()}
    signs = {owner: _repetitions(found) for owner, found in loops.items()}
    owner = max(signs, key=lambda each: (max(signs[each].values(), default=0.0), len(streams[each])))
    wide = {"depth": float(_depth(streams, parents, kinds)), "fan_out": float(len(streams))}
    used = _Used(steps)
    found = {**signs[owner], **_pace(steps, used, now_ns), **wide}
    if all(value < BY_NAME[name].least for name, value in found.items()):
        return None
    own = streams[owner]
    return Runaway(
        trace_id=steps["trace_id"][0],
        span_id=owner,
        running=not rooted and owner not in kinds,
        **{name: _first(own, name) for name in ("service", "environment", "tenant", "agent")},
        signs=found,
        loops=loops[owner],
        start_ns=min(row["start_ns"] or row["end_ns"] for row in own),
        last_ns=int(spans["end_ns"].max()),  # pyright: ignore[reportArgumentType]  - of whole numbers
        steps=steps.height,
        used=used.since(0),
        in_loop={name: used.since(loop.since_ns) for name, loop in loops[owner].items()},
    )


def _streams(
    steps: pl.DataFrame, parents: Mapping[bytes, bytes | None], kinds: Mapping[bytes, str | None]
) -> dict[bytes, list[dict[str, Any]]]:
    """Give the steps by whose they are: the nearest agent or tool above, else what of it was not seen yet."""
    owners = dict[bytes, bytes]()
    found = dict[bytes, list[dict[str, Any]]]()
    for row in steps.iter_rows(named=True):
        above: bytes = row["parent_span_id"] or row["span_id"]
        if above not in owners:
            owners[above] = _owner(above, parents, kinds)
        found.setdefault(owners[above], []).append(row)
    return found


def _owner(above: bytes, parents: Mapping[bytes, bytes | None], kinds: Mapping[bytes, str | None]) -> bytes:
    for _ in range(_MOST_NESTED):
        parent = parents.get(above)
        if parent is None or kinds[above] in HEADS or kinds[above] in STEPS:
            break
        above = parent
    return above


def _depth(
    owners: Mapping[bytes, object], parents: Mapping[bytes, bytes | None], kinds: Mapping[bytes, str | None]
) -> int:
    """Count the agents and tools, one within the other, around the deepest call that is known."""
    deepest = 0
    for owner in owners:
        depth, above = 1, parents.get(owner)
        for _ in range(_MOST_NESTED):
            if above is None:
                break
            depth += above not in kinds or kinds[above] in HEADS or kinds[above] in STEPS
            above = parents.get(above)
        deepest = max(deepest, depth)
    return deepest


def _loops(rows: Sequence[Mapping[str, Any]]) -> dict[str, Loop]:
    steps = [_step(row) for row in rows]
    turns = turns_of(steps)
    found = {"repeats": repeated(turns), "same_error": failing(steps), "no_progress": unchanged(turns)}
    return {name: loop for name, loop in found.items() if loop is not None}


def _step(row: Mapping[str, Any]) -> Step:
    category, tool, arguments, result, error, start_ns, end_ns = (row[name] for name in _STEP_COLUMNS)
    began_ns = end_ns if start_ns is None else start_ns
    return Step(category, tool or "", arguments, result, error, began_ns, max(end_ns, began_ns))


def _repetitions(loops: Mapping[str, Loop]) -> dict[str, float]:
    return {name: loop.repetitions / (PATIENT if loop.doubtful else 1) for name, loop in loops.items()}


class _Used:
    """What the steps of a trace used, one after the other."""

    def __init__(self, steps: pl.DataFrame) -> None:
        tokens = steps.select(_TOKENS)
        self._tokens = tokens["tokens"].to_numpy()
        self._told = tokens["told"].to_numpy()
        self._pico = tokens["pico"].to_numpy()
        self._priced = tokens["priced"].to_numpy()
        self._end_ns = steps["end_ns"].to_numpy()

    def since(self, at_ns: int) -> Pair:
        """Give what the steps used that ended at a moment or later."""
        late = self._end_ns >= at_ns
        tokens = int(self._tokens[late].sum()) if (self._told & late).any() else None
        return tokens, int(self._pico[late].sum()) if (self._priced & late).any() else None


def _pace(steps: pl.DataFrame, used: _Used, now_ns: int) -> dict[str, float]:
    """Tell what was used within the last minute, and how the context grew."""
    tokens, pico = used.since(now_ns - _MINUTE_NS + 1)
    found = {"tokens_per_minute": float(tokens or 0), "cost_per_minute": to_usd(pico or 0)}
    told = steps["input_tokens"].drop_nulls()
    if len(told) > 1 and told[0] and told[-1] >= CONTEXT_TOKENS:
        found["context_growth"] = told[-1] / told[0]
    return found


def _first(rows: Sequence[Mapping[str, Any]], name: str) -> str | None:
    return next((row[name] for row in rows if row[name] is not None), None)

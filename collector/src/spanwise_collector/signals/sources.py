"""One source for each number: what spans, events and metrics tell of the same calls is counted once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import polars as pl

from spanwise_schema.columns import PRICE

Key = tuple[str, bytes | str]
"""A service, and a trace or a session of it."""
First = tuple[str | None, str | None, str | None]
"""The signals that told first of the tokens of its calls, of how long they took, of how long its tools took."""

_MOST: Final = 20_000
_SPAN: Final = "span"
_EVENT: Final = "event"
_USAGE: Final = (
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "token_basis",
    "reported_cost_pico_usd", *PRICE,
)  # fmt: skip
_TIME: Final = ("duration_ns", "ttft_ns")
_TOKENS: Final = pl.col("input_tokens").is_not_null() | pl.col("output_tokens").is_not_null()
_ALONE: Final = pl.col("signal").is_not_null() & (
    pl.col("parent_span_id").is_null() | (pl.col("parent_span_id") == pl.col("trace_id").bin.slice(0, 8))
)
_FLAGS: Final = (
    ((pl.col("category") == "llm") & _TOKENS).fill_null(value=False).alias("usage"),
    *(
        ((pl.col("category") == category) & pl.col("duration_ns").is_not_null()).fill_null(value=False).alias(what)
        for what, category in (("time", "llm"), ("tool", "tool"))
    ),
)
_SERVICE: Final = pl.col("service").fill_null("")
_SPAN_TELLS: Final = (_SERVICE, pl.col("trace_id").alias("trace"), pl.col("conversation_id").alias("session"), *_FLAGS)
_TELLS: Final = (
    pl.col("signal").fill_null(_SPAN),
    _SERVICE,
    # An event without a span around it, and a metric, know their session only; the others know the trace, too.
    pl.when(~_ALONE).then("trace_id").alias("trace"),
    pl.col("conversation_id").alias("session"),
    *_FLAGS,
)
_TELLER: Final = ("signal", "service", "trace", "session")
_WHAT: Final = ("usage", "time", "tool")
_TOLD: Final = tuple(f"{what}_told" for what in _WHAT)
_FIRST_ROW: Final = tuple(pl.col("row").filter(what).first().alias(what) for what in _WHAT)
_NOBODY: Final[First] = (None, None, None)


class Chosen(NamedTuple):
    """What a batch comes to.

    Attributes:
        frame: the batch; null is what another signal told.
        spans: rows that are no call any more.
        tokens: what would have been counted twice, input and output;
        cost_pico_usd: and its cost.
    """

    frame: pl.DataFrame
    spans: int = 0
    tokens: int = 0
    cost_pico_usd: int = 0


class Sources:
    """Remembers which signal told of a session's and a trace's calls first, and counts no other there.

    The rule: within one service, of one trace and of one session, the tokens and costs of calls come from one signal,
    and so do their durations, and those of tools: from the signal that came first. Each signal tells all of the calls
    that it tells of, so the sums are the same in whatever order they come. Of an event in a span the trace decides, and
    the session only where a metric told of it. An event or a metric that knows neither trace nor session counts always.

    Args:
        most: traces and sessions that are remembered: the ones heard of last.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._first: dict[Key, First] = {}

    def choose(self, frame: pl.DataFrame) -> Chosen:
        """Make null, in spans (columns STORED), what another signal told already; who tells nothing more is no call."""
        if frame["signal"].null_count() == frame.height and self._learnt(frame):
            return Chosen(frame)
        rows = frame.select(_TELLS)
        tellers = rows.with_row_index("row").group_by(_TELLER, maintain_order=True).agg(_FIRST_ROW)
        told = tellers.select(_TELLER).hstack(self._told(tellers))
        by_row = rows.join(told, on=_TELLER, how="left", nulls_equal=True, maintain_order="left")
        usage, time, tool = (rows[what] & by_row[of] for what, of in zip(_WHAT, _TOLD, strict=True))
        return _silenced(frame, rows, usage, time | tool)

    def _learnt(self, spans: pl.DataFrame) -> bool:
        """Remember the traces and sessions of spans; false, and nothing is, where another signal told of one."""
        told = spans.select(_SPAN_TELLS).filter(pl.any_horizontal(_WHAT))
        by_trace = told.group_by("trace", "service", "session", maintain_order=True).agg(pl.col(_WHAT).any())
        found = list[tuple[Key, tuple[bool, ...]]]()
        for trace, service, session, *tells in by_trace.iter_rows():
            found += [((service, key), tuple(tells)) for key in (trace, session) if key is not None]
        if any(signal not in (None, _SPAN) for key, _ in found for signal in self._first.get(key, ())):
            return False
        for key, tells in found:
            self._remember(key, tells, _SPAN)
        self._forget()
        return True

    def _told(self, tellers: pl.DataFrame) -> pl.DataFrame:
        """Say of each of what a signal tells of a trace and session whether another told it first: columns _TOLD.

        Once somebody was first that stays so: all rows of a signal, a trace and a session fare like the first of them.

        Args:
            tellers: columns _TELLER, and of each of _WHAT the first row that tells it; null for none.
        """
        signals: list[str] = tellers["signal"].to_list()
        keys: list[list[Key]] = [
            [(service, key) for key in (trace, session) if key is not None]
            for service, trace, session in tellers.select(_TELLER[1:]).iter_rows()
        ]
        own = [[False] * len(_WHAT) for _ in signals]
        for what, name in enumerate(_WHAT):
            first: dict[Key, str] = {}
            order: list[int] = tellers[name].arg_sort().slice(tellers[name].null_count()).to_list()
            for number in order:
                signal = signals[number]
                known = [first.get(key) or self._first.get(key, _NOBODY)[what] for key in keys[number]]
                # The spans of a session may be of other traces than the one in which an event was logged.
                others = (signal, _SPAN) if signal == _EVENT and len(known) > 1 else (signal,)
                own[number][what] = known[:1] in ([], [None], [signal]) and {*known} <= {None, *others}
                if own[number][what]:
                    first.update({key: of or signal for key, of in zip(keys[number], known, strict=True)})
        for number, tells in enumerate(own):
            for key in keys[number] if any(tells) else ():
                self._remember(key, tells, signals[number])
        self._forget()
        tells = tellers.select(pl.col(_WHAT).is_not_null())
        mine = pl.DataFrame(own, schema=list(_WHAT), orient="row")
        return pl.DataFrame([(tells[what] & ~mine[what]).alias(told) for what, told in zip(_WHAT, _TOLD, strict=True)])

    def _remember(self, key: Key, tells: Sequence[bool], signal: str) -> None:
        known = self._first.pop(key, _NOBODY)  # so that the ones heard of last stand last
        usage, time, tool = (of or (signal if mine else None) for of, mine in zip(known, tells, strict=True))
        self._first[key] = usage, time, tool

    def _forget(self) -> None:
        while len(self._first) > self._most:
            del self._first[next(iter(self._first))]

    def dump(self) -> list[tuple[Key, First]]:
        """Give what a checkpoint keeps."""
        return list(self._first.items())

    def load(self, dumped: list[tuple[Key, First]]) -> None:
        """Take up what a checkpoint kept."""
        self._first = {(service, key): (usage, time, tool) for (service, key), (usage, time, tool) in dumped}


def _silenced(frame: pl.DataFrame, rows: pl.DataFrame, usage: pl.Series, time: pl.Series) -> Chosen:
    nothing = (usage | time) & (usage | ~rows["usage"]) & (time | ~(rows["time"] | rows["tool"]))
    # The request of an event that leaves the tokens to another event is no call without a price.
    no_price = usage | ((rows["signal"] != _SPAN) & ~rows["usage"])
    # Tokens without a call: whose calls are told elsewhere, or nowhere.
    apart = (rows["signal"] != _SPAN) & rows["usage"] & ~usage & frame["duration_ns"].is_null()
    silent = {**dict.fromkeys(_USAGE, usage), **dict.fromkeys(PRICE, no_price), **dict.fromkeys(_TIME, time)}
    silent["category"] = nothing
    chosen = frame.with_columns(
        *(pl.when(~flags).then(pl.col(name)).alias(name) for name, flags in silent.items() if flags.any()),
        pl.when(apart).then(pl.lit("usage")).otherwise(pl.col("token_scope")).alias("token_scope"),
    )
    tokens, cost = (
        sum(int(frame[name].filter(usage).sum()) for name in names)
        for names in (("input_tokens", "output_tokens"), ("cost_pico_usd",))
    )
    return Chosen(chosen, int(nothing.sum()), tokens, cost)

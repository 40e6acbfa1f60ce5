"""One source for each number: what spans, events and metrics tell of the same calls is counted once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from spanwise_schema.columns import PRICE

Key = tuple[str, str, bytes | str]
"""What is told (usage, time), by which service, in which trace or session."""

_MOST: Final = 20_000
_SPAN: Final = "span"
_USAGE: Final = (
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "token_basis",
    "reported_cost_pico_usd", *PRICE,
)  # fmt: skip
_TIME: Final = ("duration_ns", "ttft_ns")
_TOKENS: Final = pl.col("input_tokens").is_not_null() | pl.col("output_tokens").is_not_null()
_TELLS: Final = (
    pl.col("signal").fill_null(_SPAN),
    pl.col("service").fill_null(""),
    # An event without a span around it, and a metric, know their session only.
    pl.when(pl.col("signal").is_null() | pl.col("parent_span_id").is_not_null()).then("trace_id").alias("trace"),
    pl.when(pl.col("signal").is_null() | pl.col("parent_span_id").is_null()).then("conversation_id").alias("session"),
    ((pl.col("category") == "llm") & _TOKENS).fill_null(value=False).alias("usage"),
    (pl.col("category").is_in(["llm", "tool"]) & pl.col("duration_ns").is_not_null())
    .fill_null(value=False)
    .alias("time"),
)


class Sources:
    """Remembers which signal told of a session's and a trace's calls first, and counts no other there.

    The rule: within one service, of one trace and of one session, the tokens and costs of calls come from one signal,
    and so do their durations: from the one that came first. Each signal tells all of the calls that it tells of, so
    the sums are the same in whatever order they come. An event or a metric without trace and session counts always.

    Args:
        most: traces and sessions that are remembered, for each what they tell; the ones heard of last.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._first: dict[Key, str] = {}

    def choose(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Make null, in spans (columns STORED), what another signal told already; who tells nothing more is no call."""
        rows = frame.select(_TELLS)
        if rows["signal"].eq(_SPAN).all() and not any(signal != _SPAN for signal in self._first.values()):
            self._learn(rows)
            return frame
        told = {"usage": list[bool](), "time": list[bool]()}
        for row in rows.iter_rows(named=True):
            for what, flags in told.items():
                flags.append(bool(row[what]) and self._is_told(what, row))
        self._forget()
        return _silenced(frame, rows, pl.Series(told["usage"]), pl.Series(told["time"]))

    def _learn(self, rows: pl.DataFrame) -> None:
        """Remember the traces and sessions of spans, where no other signal was ever heard."""
        of = rows.filter(pl.col("usage") | pl.col("time"))
        for what in ("usage", "time"):
            for name in ("trace", "session"):
                keys = of.filter(what).select("service", name).drop_nulls().unique(maintain_order=True)
                for service, key in keys.iter_rows():
                    self._remember((what, service, key), _SPAN)
        self._forget()

    def _is_told(self, what: str, row: dict[str, Any]) -> bool:
        keys = list(_keys(what, row))
        if any(self._first.get(key, row["signal"]) != row["signal"] for key in keys):
            return True
        for key in keys:
            self._remember(key, row["signal"])
        return False

    def _remember(self, key: Key, signal: str) -> None:
        self._first.pop(key, None)  # so that the ones heard of last stand last
        self._first[key] = signal

    def _forget(self) -> None:
        for key in list(self._first)[: max(0, len(self._first) - self._most)]:
            del self._first[key]

    def dump(self) -> list[tuple[Key, str]]:
        """Give what a checkpoint keeps."""
        return list(self._first.items())

    def load(self, dumped: list[tuple[Key, str]]) -> None:
        """Take up what a checkpoint kept."""
        self._first = {(what, service, key): signal for (what, service, key), signal in dumped}


def _keys(what: str, row: dict[str, Any]) -> Iterator[Key]:
    for name in ("trace", "session"):
        if row[name] is not None:
            yield what, row["service"], row[name]


def _silenced(frame: pl.DataFrame, rows: pl.DataFrame, usage: pl.Series, time: pl.Series) -> pl.DataFrame:
    nothing = (usage | time) & (usage | ~rows["usage"]) & (time | ~rows["time"])
    # The request of an event that leaves the tokens to another event is no call without a price.
    no_price = usage | ((rows["signal"] != _SPAN) & ~rows["usage"])
    # Tokens without a call: whose calls are told elsewhere, or nowhere.
    apart = (rows["signal"] != _SPAN) & rows["usage"] & ~usage & frame["duration_ns"].is_null()
    silent = {**dict.fromkeys(_USAGE, usage), **dict.fromkeys(PRICE, no_price), **dict.fromkeys(_TIME, time)}
    silent["category"] = nothing
    return frame.with_columns(
        *(pl.when(~flags).then(pl.col(name)).alias(name) for name, flags in silent.items() if flags.any()),
        pl.when(apart).then(pl.lit("usage")).otherwise(pl.col("token_scope")).alias("token_scope"),
    )

"""The step: a frame of calls gets what each of them cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import polars as pl

from spanwise_collector.price import overlay as own
from spanwise_collector.price import published
from spanwise_collector.price.names import names
from spanwise_collector.price.tariff import BILLED, Ints, Tariff

_MOST_TOKENS: Final = 1_000_000_000  # more is no call, and would leave the 64 bits of a cost
_REMEMBERED: Final = 8192
_KEY: Final = ("provider", "response_model", "model", "service_tier")
_Key = tuple[str | None, str | None, str | None, str | None]
_COMPUTED, _ESTIMATED, _UNPRICED, _NO_CALL, _REPORTED = range(5)
_SOURCES: Final = pl.Series(["computed", "estimated", "unpriced", None, "reported"])

_INPUT, _OUTPUT = pl.col("input_tokens"), pl.col("output_tokens")
_READ, _WRITE, _REASONING = (
    pl.col(name).fill_null(0) for name in ("cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
)
_HOUR: Final = pl.min_horizontal(pl.col("cache_write_1h_tokens").fill_null(0), _WRITE)
_REPORTS: Final = "reported_cost_pico_usd"
# A call that failed before anything was counted cost nothing that is known.
_TOLD: Final = _INPUT.is_not_null() | _OUTPUT.is_not_null() | pl.col(_REPORTS).is_not_null()
# Agents and workflows have no price where they tell no usage: they are no calls.
_BILLABLE: Final = ((pl.col("category") == "llm") & (_TOLD | pl.col("error_type").is_null())) | (
    pl.col("category").is_in(("agent", "workflow")) & _TOLD
)
_ANSWER: Final = (
    pl.when(_OUTPUT.is_null() & pl.col("operation").is_in(("embeddings", "rerank"))).then(0).otherwise(_OUTPUT)
)
_NUMBERS: Final = ("start_ns", "input_tokens", *BILLED)
_MISSING: Final = -1
_CALLS: Final = (
    pl.int_range(pl.len()).alias("row"),
    pl.struct(_KEY).rank("dense").alias("group"),
    *_KEY,
    pl.coalesce("start_ns", "end_ns").fill_null(_MISSING).alias("start_ns"),
    _INPUT.fill_null(_MISSING),
    (_INPUT - _READ - _WRITE).fill_null(_MISSING).alias("uncached"),
    (_ANSWER - _REASONING).fill_null(_MISSING).alias("output"),
    _READ.alias("cache_read"),
    (_WRITE - _HOUR).alias("cache_write"),
    _HOUR.alias("cache_write_1h"),
    _REASONING.alias("reasoning"),
    pl.lit(1, pl.Int64).alias("call"),
    (pl.col("token_basis") == "estimated").fill_null(value=False).alias("estimated"),
    pl.col(_REPORTS).fill_null(_MISSING),
)


@dataclass(frozen=True, slots=True)
class _Quote:
    tariff: Tariff
    version: str
    exact: bool


class PriceBook:
    """Prices calls of models; remembers which price each (provider, model) has.

    Takes the user's own prices: `{provider: {model: {input_mtok: USD, output_mtok: USD, cache_read_mtok: …,
    cache_write_mtok: …, cache_write_1h_mtok: …, output_reasoning_mtok: …}}}`, USD per million tokens. Raises
    ValueError for a bad one.
    """

    def __init__(self, overlay: Mapping[str, object] | None = None) -> None:
        self._own = own.read(overlay or {})
        self._quotes: dict[_Key, _Quote | None] = {}

    def price(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `cost_pico_usd`, `cost_source` and `price_version` to a frame with the columns of SPAN and CALL.

        A call is priced at its start. Unknown model, provider or tokens: what the sender says that it cost, else
        `unpriced`, cost null, never 0. Prices: genai-prices; the arithmetic is exact to a pico-USD.
        """
        sheet = _Sheet(frame.height, frame.select(*_CALLS, _BILLABLE.alias("billable")).filter("billable"))
        for key, at in sheet.groups():
            sheet.enter(at, self._quote(key))
        return frame.with_columns(sheet.columns())

    def _quote(self, key: _Key) -> _Quote | None:
        if key not in self._quotes:
            if len(self._quotes) >= _REMEMBERED:  # names come from outside: never hold them all
                self._quotes.clear()
            provider, response_model, model, tier = key
            self._quotes[key] = self._find(provider, tuple(filter(None, (response_model, model))), tier)
        return self._quotes[key]

    def _find(self, provider: str | None, models: tuple[str, ...], tier: str | None) -> _Quote | None:
        for model in models:
            mine = self._own.get((provider or "", model.lower()))
            if mine:
                return _Quote(mine, own.OVERLAY, exact=tier in (None, "default"))
        for name in (name for model in models for name in names(provider, model)):
            tariff = published.find(name.provider, name.model, tier)
            if tariff:
                return _Quote(tariff, published.version(), name.exact)
        return None


class _Sheet:
    """What is known so far of each row of a frame; `calls` are those of its rows that are billable."""

    def __init__(self, rows: int, calls: pl.DataFrame) -> None:
        self._cost = np.zeros(rows, np.int64)
        self._source = np.full(rows, _NO_CALL, np.int8)
        self._version = np.full(rows, -1, np.int8)
        self._versions: list[str] = []
        self._calls = calls
        self._row = calls["row"].to_numpy()
        self._estimated = calls["estimated"].to_numpy()
        self._reported = calls[_REPORTS].to_numpy()
        numbers = calls.select(_NUMBERS).to_numpy()
        self._start_ns, self._input_tokens, self._billed = numbers[:, 0], numbers[:, 1], numbers[:, 2:]
        self._counted = ((numbers[:, 1:] >= 0) & (numbers[:, 1:] <= _MOST_TOKENS)).all(axis=1) & (self._start_ns >= 0)

    def groups(self) -> Iterator[tuple[_Key, Ints]]:
        """List the distinct keys, each with the positions of its calls."""
        if self._calls.is_empty():
            return
        group = self._calls["group"].to_numpy()
        order = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.diff(group[order], prepend=-1))
        keys = cast("list[_Key]", self._calls.select(_KEY)[order[starts]].rows())
        yield from zip(keys, np.split(order, starts[1:]), strict=True)

    def enter(self, at: Ints, quote: _Quote | None) -> None:
        """Price the calls of one model and service tier."""
        reported = self._reported[at]
        self._cost[self._row[at]] = reported
        self._source[self._row[at]] = np.where(reported != _MISSING, _REPORTED, _UNPRICED)
        if quote is None:
            return
        at = at[self._counted[at]]
        cost, stated, assumed = quote.tariff.cost_pico(self._start_ns[at], self._input_tokens[at], self._billed[at])
        at, cost, assumed = at[stated], cost[stated], assumed[stated]
        rows = self._row[at]
        self._cost[rows] = cost
        self._source[rows] = np.where(self._estimated[at] | assumed | (not quote.exact), _ESTIMATED, _COMPUTED)
        self._version[rows] = self._code(quote.version)

    def columns(self) -> list[pl.Expr]:
        """Make the columns of PRICE."""
        versions = pl.Series([*self._versions, None], dtype=pl.String)
        version = np.where(self._version < 0, len(self._versions), self._version)
        priced = (self._source != _UNPRICED) & (self._source != _NO_CALL)
        return [
            pl.when(pl.Series(priced)).then(pl.Series(self._cost)).alias("cost_pico_usd"),
            pl.lit(_SOURCES).gather(pl.Series(self._source)).alias("cost_source"),
            pl.lit(versions).gather(pl.Series(version)).alias("price_version"),
        ]

    def _code(self, version: str) -> int:
        if version not in self._versions:
            self._versions.append(version)
        return self._versions.index(version)

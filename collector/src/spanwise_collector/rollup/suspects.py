"""Which traces are worth a closer look: counted by hash in tables of a fixed size, whatever comes, without a loop."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from spanwise_schema.measures import NANO
from spanwise_schema.money import PICO_PER_USD
from spanwise_schema.runaway import BY_NAME, CONTEXT_TOKENS

_Hashes = npt.NDArray[np.uint64]
_Bools = npt.NDArray[np.bool_]

REPEATS_NS: Final = 900 * NANO
"""Within so long a call is known to be one that was made before."""
PACE_NS: Final = 60 * NANO
_CELLS: Final = 2**19
_FULL: Final = _CELLS // 4  # then a table begins anew before its time, so that 1 call in 1,000 at most seems to repeat
_ROWS: Final = 3  # a call counts as often as in the row in which fewest share its cell
_TRACES: Final = 2**18
_STEPS: Final = 48  # in a minute or two: with fewer, a run is neither wide nor deep
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_OTHER: Final = np.uint64(0xC2B2AE3D27D4EB4F)
_ODD: Final = (_MIX, _OTHER, np.uint64(0x165667B19E3779F9))
_TOP: Final = np.uint64(40)
_KINDS: Final = ("tool_arguments", "tool_result", "error_type")
_STEP: Final = (pl.col("category") == "llm") | (pl.col("category") == "tool")
_READ: Final = ("category", "trace_id", "tool", *_KINDS, "input_tokens", "output_tokens", "cost_pico_usd")
_LEAST: Final = int(min(BY_NAME[name].least for name in ("repeats", "same_error", "no_progress")))


class Suspected(NamedTuple):
    """Traces of a batch that are worth a look: at once for what repeats, in a while for what is much."""

    loops: set[bytes]
    much: set[bytes]


class _Aging:
    """A table of counts by hash; what came more than twice `keep_ns` ago, or before much else, is forgotten."""

    def __init__(self, rows: int, cells: int, kind: type[np.generic], keep_ns: int, full: int) -> None:
        self._shape: Final = (rows, cells)
        self._kind: Final = kind
        self._keep_ns: Final = keep_ns
        self._full: Final = full
        self._now = self._before = np.zeros(self._shape, dtype=kind)
        self._turned_ns = self._held = 0

    def add(self, keys: _Hashes, values: npt.NDArray[Any] | int, now_ns: int) -> npt.NDArray[Any]:
        """Count, and give what is counted of each key."""
        if now_ns - self._turned_ns >= self._keep_ns or self._held >= self._full:
            old = now_ns - self._turned_ns >= 2 * self._keep_ns
            self._before = np.zeros(self._shape, dtype=self._kind) if old else self._now
            self._now = np.zeros(self._shape, dtype=self._kind)  # takes memory only where something is counted
            self._turned_ns, self._held = now_ns, 0
        self._held += len(keys)
        rows, cells = self._shape
        least: npt.NDArray[Any] | None = None
        for row in range(rows):
            place = ((keys * _ODD[row]) >> _TOP).astype(np.int64) & (cells - 1)
            np.add.at(self._now[row], place, values)
            counted = self._now[row][place] + self._before[row][place]
            least = counted if least is None else np.minimum(least, counted)
        assert least is not None
        return least


class Suspects:
    """Finds the few traces among all in which calls repeat, errors do, or much is used. One thread only.

    What it finds may be innocent (two calls may share a cell); what it does not find has no sign of `SIGNS`.
    """

    def __init__(self) -> None:
        self._calls = _Aging(_ROWS, _CELLS, np.uint16, REPEATS_NS, _FULL)
        self._used = _Aging(1, _TRACES, np.float32, PACE_NS, _TRACES)

    def add(self, spans: pl.DataFrame, now_ns: int) -> Suspected:
        """Count spans that came for the first time (columns SPANS among others); give the traces to look at."""
        steps = spans.lazy().select(_READ).filter(_STEP).collect()
        if not steps.height:
            return Suspected(set(), set())
        trace = steps["trace_id"].hash(1).to_numpy() * _MIX
        repeated = self._repeated(steps, trace, now_ns)
        used, large = _used(steps)
        much = (self._used.add(trace, used, now_ns) >= 1) | large
        loops, heavy = (_traces(steps, which) for which in (repeated, much & ~repeated))
        return Suspected(loops, heavy - _ended(spans) if heavy else heavy)

    def _repeated(self, steps: pl.DataFrame, trace: _Hashes, now_ns: int) -> _Bools:
        """Tell which steps are the third of their kind in their trace."""
        found = np.zeros(len(trace), dtype=bool)
        for seed, name in enumerate(_KINDS, 2):
            if steps[name].null_count() == steps.height:
                continue
            known = steps[name].is_not_null().to_numpy()
            told = steps.select("tool", name).filter(pl.Series(known))
            # of each kind another number: the same tool with the same arguments, results, or error
            kind = told[name].hash(seed).to_numpy() + told["tool"].hash(seed + 1).to_numpy()
            found[known] |= self._calls.add(trace[known] ^ (kind * _OTHER), 1, now_ns) >= _LEAST
        return found


def _used(steps: pl.DataFrame) -> tuple[npt.NDArray[np.float32], _Bools]:
    """Give what each step adds to what is much: 1 is enough of tokens, money or steps; and whether its context is."""
    put_in, gave, pico = (
        steps[name].fill_null(0).to_numpy().astype(np.float32)
        for name in ("input_tokens", "output_tokens", "cost_pico_usd")
    )
    tokens = (put_in + gave) * np.float32(1 / BY_NAME["tokens_per_minute"].least)
    money = pico * np.float32(1 / (BY_NAME["cost_per_minute"].least * PICO_PER_USD))
    return (tokens + money + np.float32(1 / _STEPS)).astype(np.float32), put_in >= CONTEXT_TOKENS


def _traces(steps: pl.DataFrame, which: _Bools) -> set[bytes]:
    return set(steps["trace_id"].filter(pl.Series(which)).unique().to_list()) if which.any() else set()


def _ended(spans: pl.DataFrame) -> set[bytes]:
    """Give the traces whose root came: what they used is used."""
    return set(spans["trace_id"].filter(spans["parent_span_id"].is_null()).to_list())

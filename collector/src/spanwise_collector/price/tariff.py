"""The price of one model: by day, time of day and size of the call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spanwise_schema.money import PICO_PER_USD

Ints = NDArray[np.int64]

BILLED: Final = ("uncached", "output", "cache_read", "cache_write", "reasoning", "call")
"""What is paid for, each apart: input without the cache, output without reasoning, ..., the call itself."""

_WHOLE: Final = {"cache_read": "uncached", "cache_write": "uncached", "reasoning": "output"}
_DAY_NS: Final = 86_400_000_000_000
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one billed thing in pico-USD: `base`, and what replaces it above so many input tokens."""

    base: Decimal
    tiers: tuple[tuple[int, Decimal], ...] = ()

    def at(self, input_tokens: int) -> Decimal:
        """Give the price for a call of this size; the highest tier that is exceeded counts for all its tokens."""
        reached = [price for start, price in self.tiers if input_tokens > start]
        return reached[-1] if reached else self.base


Rates = Mapping[str, Rate]
"""The rate of each of BILLED; empty where no price is stated."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """A grid of prices: by day (UTC), time of day (UTC) and input tokens.

    Attributes:
        days_ns: Unix times at which prices change.
        clocks_ns: times of day at which prices change.
        sizes: input tokens above which prices change.
        whole: [days + 1, clocks + 1, sizes + 1, BILLED] pico-USD, the whole part.
        rest: the same for the part of a pico-USD that a few prices have.
        stated: [days + 1, clocks + 1] whether there is a price at all.
    """

    days_ns: Ints
    clocks_ns: Ints
    sizes: Ints
    whole: Ints
    rest: NDArray[np.float64] | None
    stated: NDArray[np.bool_]

    def cost_pico(self, start_ns: Ints, input_tokens: Ints, billed: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """Price n calls; `billed` is [n, BILLED]. Returns pico-USD, exact or rounded half to even, and where stated."""
        day = np.searchsorted(self.days_ns, start_ns, side="right")
        clock = np.searchsorted(self.clocks_ns, start_ns % _DAY_NS, side="right")
        size = np.searchsorted(self.sizes, input_tokens, side="left")
        cost = (self.whole[day, clock, size] * billed).sum(axis=1)
        if self.rest is not None:
            cost += np.rint((self.rest[day, clock, size] * billed).sum(axis=1)).astype(np.int64)
        return cost, self.stated[day, clock]


def tariff(rates_at: Callable[[datetime], Rates], days: Sequence[date], clocks: Sequence[time]) -> Tariff:
    """Lay out the grid by asking for the rates once in each cell.

    Takes the rates at a moment and the days and times of day (UTC) at which they may change.
    """
    first_days = sorted(set(days))
    first_clocks = sorted(set(clocks))
    day_samples = [first_days[0] - timedelta(days=1) if first_days else _EPOCH, *first_days]
    samples = product(day_samples, [time(), *first_clocks])
    cells = [rates_at(datetime.combine(day, clock, UTC)) for day, clock in samples]
    sizes = sorted({start for rates in cells for rate in rates.values() for start, _ in rate.tiers})
    shape = (len(day_samples), len(first_clocks) + 1)
    prices = [[[_price(rates, name, size) for name in BILLED] for size in _sample_sizes(sizes)] for rates in cells]
    whole = [[[int(price) for price in row] for row in rows] for rows in prices]
    rest = [[[float(price % 1) for price in row] for row in rows] for rows in prices]
    grid = (*shape, len(sizes) + 1, len(BILLED))
    return Tariff(
        days_ns=np.array([(day - _EPOCH).days * _DAY_NS for day in first_days], np.int64),
        clocks_ns=np.array([_clock_ns(clock) for clock in first_clocks], np.int64),
        sizes=np.array(sizes, np.int64),
        whole=np.array(whole, np.int64).reshape(grid),
        rest=np.array(rest, np.float64).reshape(grid) if np.any(rest) else None,
        stated=np.array([bool(rates) for rates in cells]).reshape(shape),
    )


def rate(usd: Decimal, per: int, tiers: Sequence[tuple[int, Decimal]] = ()) -> Rate:
    """Make a rate of prices in USD for `per` of the billed thing; tiers as (above input tokens, USD)."""
    pico = Decimal(PICO_PER_USD) / per
    return Rate(usd * pico, tuple((start, price * pico) for start, price in tiers))


def complete(rates: Rates) -> Rates:
    """Give each part that has no price of its own the price of its whole."""
    return {**{part: rates[whole] for part, whole in _WHOLE.items() if whole in rates}, **rates}


def _sample_sizes(sizes: Sequence[int]) -> list[int]:
    return [0, *(size + 1 for size in sizes)]


def _price(rates: Rates, name: str, input_tokens: int) -> Decimal:
    return rates[name].at(input_tokens) if name in rates else Decimal(0)


def _clock_ns(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1_000_000_000 + clock.microsecond * 1000

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
Bools = NDArray[np.bool_]

BILLED: Final = ("uncached", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning", "call")
"""What is paid for, each apart: input without the cache, what is written to it for minutes, ..., the call itself."""

_WHOLE: Final = {
    "cache_read": "uncached",
    "cache_write": "uncached",
    "cache_write_1h": "cache_write",
    "reasoning": "output",
}
_HOUR: Final = 2  # times the price of input
_DAY_NS: Final = 86_400_000_000_000
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one billed thing in pico-USD: `base`, and what replaces it above so many input tokens.

    `assumed` is true where no price list says so.
    """

    base: Decimal
    tiers: tuple[tuple[int, Decimal], ...] = ()
    assumed: bool = False

    def at(self, input_tokens: int) -> Decimal:
        """Give the price for a call of this size; the highest tier that is exceeded counts for all its tokens."""
        reached = [price for start, price in self.tiers if input_tokens > start]
        return reached[-1] if reached else self.base

    def times(self, factor: int) -> Rate:
        """Assume a price that is so many times as high."""
        return Rate(self.base * factor, tuple((start, price * factor) for start, price in self.tiers), assumed=True)


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
        assumed: [days + 1, clocks + 1, BILLED] whether no price list says so; null where nothing is assumed.
    """

    days_ns: Ints
    clocks_ns: Ints
    sizes: Ints
    whole: Ints
    rest: NDArray[np.float64] | None
    stated: Bools
    assumed: Bools | None

    def cost_pico(self, start_ns: Ints, input_tokens: Ints, billed: Ints) -> tuple[Ints, Bools, Bools]:
        """Price n calls; `billed` is [n, BILLED].

        Returns pico-USD, exact or rounded half to even; where they are stated; where a part of them is assumed.
        """
        day = np.searchsorted(self.days_ns, start_ns, side="right")
        clock = np.searchsorted(self.clocks_ns, start_ns % _DAY_NS, side="right")
        size = np.searchsorted(self.sizes, input_tokens, side="left")
        cost = (self.whole[day, clock, size] * billed).sum(axis=1)
        if self.rest is not None:
            cost += np.rint((self.rest[day, clock, size] * billed).sum(axis=1)).astype(np.int64)
        stated = self.stated[day, clock]
        if self.assumed is None:
            return cost, stated, np.zeros_like(stated)
        parts = self.assumed[day, clock] & (billed > 0)
        return cost, stated, np.asarray(parts.any(axis=1))


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
    assumed = [[name in rates and rates[name].assumed for name in BILLED] for rates in cells]
    grid = (*shape, len(sizes) + 1, len(BILLED))
    return Tariff(
        days_ns=np.array([(day - _EPOCH).days * _DAY_NS for day in first_days], np.int64),
        clocks_ns=np.array([_clock_ns(clock) for clock in first_clocks], np.int64),
        sizes=np.array(sizes, np.int64),
        whole=np.array(whole, np.int64).reshape(grid),
        rest=np.array(rest, np.float64).reshape(grid) if np.any(rest) else None,
        stated=np.array([bool(rates) for rates in cells]).reshape(shape),
        assumed=np.array(assumed).reshape(*shape, len(BILLED)) if np.any(assumed) else None,
    )


def rate(usd: Decimal, per: int, tiers: Sequence[tuple[int, Decimal]] = ()) -> Rate:
    """Make a rate of prices in USD for `per` of the billed thing; tiers as (above input tokens, USD)."""
    pico = Decimal(PICO_PER_USD) / per
    return Rate(usd * pico, tuple((start, price * pico) for start, price in tiers))


def complete(rates: Rates) -> Rates:
    """Give each part that has no price of its own the price of its whole.

    Where writing to the cache has a price, an hour is taken to cost twice the input.
    Source: Anthropic's price list, and every price for an hour of genai-prices.
    """
    full = dict(rates)
    if "cache_write" in rates and "uncached" in rates:
        full.setdefault("cache_write_1h", rates["uncached"].times(_HOUR))
    for part, whole in _WHOLE.items():
        if whole in full:
            full.setdefault(part, full[whole])
    return full


def _sample_sizes(sizes: Sequence[int]) -> list[int]:
    return [0, *(size + 1 for size in sizes)]


def _price(rates: Rates, name: str, input_tokens: int) -> Decimal:
    return rates[name].at(input_tokens) if name in rates else Decimal(0)


def _clock_ns(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1_000_000_000 + clock.microsecond * 1000

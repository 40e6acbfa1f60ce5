"""Dollars that add up exactly: whole pico-dollars inside, dollars at the edge."""

from __future__ import annotations

from typing import Final

PICO_PER_USD: Final = 1_000_000_000_000


def to_usd(pico_usd: float) -> float:
    """Turn pico-dollars (1e-12 USD) into dollars."""
    return pico_usd / PICO_PER_USD


def to_pico(usd: float) -> int:
    """Turn dollars into whole pico-dollars, rounded half to even."""
    return round(usd * PICO_PER_USD)

"""The live windows: 1 s for 2 minutes, 10 s for 2 hours, 1 minute for 2 days."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from spanwise_collector.rollup.fold import DELTA, coarsen
from spanwise_schema.measures import NANO

_MERGE_AT: Final = 32  # frames of a tier before they are laid together


@dataclass(slots=True)
class Tier:
    """Windows of one width, kept so long; after that they go to the next tier."""

    width_ns: int
    keep_ns: int
    frames: list[pl.DataFrame] = field(default_factory=list[pl.DataFrame])

    def add(self, delta: pl.DataFrame) -> None:
        """Add delta rows whose windows have this tier's width."""
        if delta.height:
            self.frames = [*self.frames, delta] if len(self.frames) < _MERGE_AT else [pl.concat([*self.frames, delta])]

    def leave(self, before_ns: int) -> pl.DataFrame:
        """Take out the rows of windows that begin before a moment."""
        whole = pl.concat(self.frames) if self.frames else pl.DataFrame(schema=DELTA)
        old = pl.col("window_ns") < before_ns
        kept = whole.filter(~old)
        self.frames = [kept] if kept.height else []
        return whole.filter(old)


class Windows:
    """Delta rows by time, coarser with age. One thread adds; any thread may read."""

    def __init__(self) -> None:
        self._tiers = (
            Tier(NANO, 120 * NANO),
            Tier(10 * NANO, 7_200 * NANO),
            Tier(60 * NANO, 172_800 * NANO),
        )
        self._aged_ns = 0

    @property
    def keep_ns(self) -> int:
        """How far back the windows reach."""
        return self._tiers[-1].keep_ns

    def add(self, delta: pl.DataFrame, now_ns: int) -> None:
        """Add delta rows (columns DELTA, any window width up to the tier's) and age what is old."""
        self._tiers[0].add(delta)
        if now_ns - self._aged_ns >= self._tiers[1].width_ns:
            self._age(now_ns)

    def _age(self, now_ns: int) -> None:
        self._aged_ns = now_ns
        for tier, coarser in zip(self._tiers, self._tiers[1:], strict=False):
            old = tier.leave((now_ns - tier.keep_ns) // coarser.width_ns * coarser.width_ns)
            coarser.add(coarsen(old, coarser.width_ns))
        self._tiers[-1].leave(now_ns - self._tiers[-1].keep_ns)

    def rows(self, first_ns: int, last_ns: int) -> pl.DataFrame:
        """Give the rows whose window overlaps (first_ns, last_ns]: columns DELTA."""
        parts = [
            frame.lazy().filter((pl.col("window_ns") > first_ns - tier.width_ns) & (pl.col("window_ns") <= last_ns))
            for tier in self._tiers
            for frame in tuple(tier.frames)
        ]
        return pl.concat(parts).collect() if parts else pl.DataFrame(schema=DELTA)

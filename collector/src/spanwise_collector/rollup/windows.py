"""The live windows: 1 s for 2 minutes, 10 s for 2 hours, 1 minute for 2 days."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import polars as pl

from spanwise_collector.rollup.fold import DELTA, coarsen
from spanwise_schema.measures import NANO

_MERGE_AT: Final = 32  # frames of a tier before they are laid together


@dataclass(frozen=True, slots=True)
class Layer:
    """What one tier holds at one moment.

    Attributes:
        width_ns: of its windows.
        frames: delta rows.
        version: another one whenever the rows are others.
    """

    width_ns: int
    frames: tuple[pl.DataFrame, ...]
    version: int


@dataclass(slots=True)
class Tier:
    """Windows of one width, kept so long; after that they go to the next tier."""

    width_ns: int
    keep_ns: int
    begin_ns: int = 0  # windows that begin before are in the next tier
    frames: list[pl.DataFrame] = field(default_factory=list[pl.DataFrame])
    version: int = 0

    def add(self, delta: pl.DataFrame) -> None:
        """Add delta rows whose windows have this tier's width."""
        if delta.height:
            self.frames = [*self.frames, delta] if len(self.frames) < _MERGE_AT else [pl.concat([*self.frames, delta])]
            self.version += 1

    def leave(self, before_ns: int) -> pl.DataFrame:
        """Take out the rows of windows that begin before a moment, and take no more of them."""
        self.begin_ns = max(self.begin_ns, before_ns)
        whole = pl.concat(self.frames) if self.frames else pl.DataFrame(schema=DELTA)
        old = pl.col("window_ns") < before_ns
        leaving = whole.filter(old)
        if leaving.height:
            kept = whole.filter(~old)
            self.frames = [kept] if kept.height else []
            self.version += 1
        return leaving

    def layer(self) -> Layer:
        """Give what it holds now."""
        return Layer(self.width_ns, tuple(self.frames), self.version)


class Windows:
    """Delta rows by time, coarser with age. One thread adds; any thread may read."""

    def __init__(self) -> None:
        self._tiers = (
            Tier(NANO, 120 * NANO),
            Tier(10 * NANO, 7_200 * NANO),
            Tier(60 * NANO, 172_800 * NANO),
        )
        self._aged_ns = 0
        self.layers = tuple(tier.layer() for tier in self._tiers)
        """What there is, the finest windows first; replaced as a whole, so that a reader sees each row once."""

    @property
    def keep_ns(self) -> int:
        """How far back the windows reach."""
        return self._tiers[-1].keep_ns

    def add(self, delta: pl.DataFrame, now_ns: int) -> None:
        """Add delta rows (columns DELTA) and age what is old. What comes late is where what came in time is by now."""
        self._put(delta)
        if now_ns - self._aged_ns >= self._tiers[1].width_ns:
            self._age(now_ns)
        self.layers = tuple(tier.layer() for tier in self._tiers)

    def restore(self, delta: pl.DataFrame, now_ns: int) -> None:
        """Add rows that were kept, in windows of the second width; what ended before now is so coarse from then on."""
        width_ns = self._tiers[1].width_ns
        self._tiers[0].begin_ns = now_ns // width_ns * width_ns + width_ns
        self.add(delta, now_ns)

    def _put(self, delta: pl.DataFrame) -> None:
        for tier, coarser in pairwise(self._tiers):
            late = delta["window_ns"] < tier.begin_ns
            if not late.any():
                tier.add(delta)
                return
            tier.add(delta.filter(~late))
            delta = coarsen(delta.filter(late), coarser.width_ns)
        self._tiers[-1].add(delta)

    def _age(self, now_ns: int) -> None:
        self._aged_ns = now_ns
        for tier, coarser in pairwise(self._tiers):
            old = tier.leave((now_ns - tier.keep_ns) // coarser.width_ns * coarser.width_ns)
            coarser.add(coarsen(old, coarser.width_ns))
        self._tiers[-1].leave(now_ns - self._tiers[-1].keep_ns)

    def rows(self, first_ns: int, last_ns: int) -> pl.DataFrame:
        """Give the rows whose window overlaps (first_ns, last_ns]: columns DELTA."""
        parts = [
            frame.lazy().filter((pl.col("window_ns") > first_ns - layer.width_ns) & (pl.col("window_ns") <= last_ns))
            for layer in self.layers
            for frame in layer.frames
        ]
        return pl.concat(parts).collect() if parts else pl.DataFrame(schema=DELTA)

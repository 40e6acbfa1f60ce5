"""Rows that are durable by the journal and not yet in a segment."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from spanwise_collector.store.segments import SCHEMA


class Buffer:
    """Frames in the order of their arrival. The caller brings the lock."""

    def __init__(self) -> None:
        self._frames: list[pl.DataFrame] = []
        self._since_s: float | None = None
        self.rows = 0
        self.size_bytes = 0

    def append(self, frame: pl.DataFrame) -> None:
        """Add rows. Raises ValueError for a frame that does not have the STORED columns."""
        schema = frame.schema
        for name, dtype in SCHEMA.items() if schema != SCHEMA else ():
            found = schema.get(name)
            if found != dtype:
                raise ValueError(f"column {name!r} is {found or 'missing'}, expected {dtype}")
        if frame.height:
            self._frames.append(frame.select(SCHEMA.names()))
            self.rows += frame.height
            self.size_bytes += int(frame.estimated_size())

    def frames(self) -> tuple[pl.DataFrame, ...]:
        """Return what was appended, as it was appended."""
        return tuple(self._frames)

    def age_s(self, now_s: float) -> float:
        """How long rows wait, since the first time this was asked while there were any."""
        if not self._frames:
            return 0.0
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s

    def clear(self) -> None:
        """Forget all rows: they are in segments now."""
        self._frames = []
        self._since_s = None
        self.rows = 0
        self.size_bytes = 0


def joined(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return all rows as one frame; nothing is copied."""
    return pl.concat(frames, rechunk=False) if frames else pl.DataFrame(schema=SCHEMA)

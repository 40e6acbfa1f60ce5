"""Rows of traces that are held in memory: found by their trace, let go by their trace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Final

import numpy as np
import polars as pl

_LEAST_ROWS: Final = 16_384  # so few are not worth being moved together


_Piece = tuple[int, int, int]
"""Rows of one trace: the number of a frame, the first row and the one behind the last."""


class Held:
    """Frames of rows, and where each trace's rows are in them. One thread only.

    Args:
        schema: of the rows; has `trace_id`.
    """

    def __init__(self, schema: dict[str, pl.DataType]) -> None:
        self._empty: Final = pl.DataFrame(schema=schema)
        self._frames: dict[int, pl.DataFrame] = {}
        self._wanted: dict[int, int] = {}  # rows of a frame that were not let go of
        self._next = 0
        self._pieces: dict[bytes, list[_Piece]] = {}
        self.stored = 0
        self.rows = 0

    def add(self, rows: pl.DataFrame) -> None:
        """Hold rows; those of a trace are next to each other."""
        if not rows.height:
            return
        number, self._next = self._next, self._next + 1
        self._frames[number], self._wanted[number] = rows, rows.height
        starts = starts_of(rows)
        keys = rows["trace_id"].gather(starts).to_list()
        for key, start, stop in zip(keys, starts.tolist(), [*starts[1:].tolist(), rows.height], strict=True):
            piece = (number, start, stop)
            pieces = self._pieces.get(key)
            if pieces is None:
                self._pieces[key] = [piece]
            else:
                pieces.append(piece)
        self.rows += rows.height
        self.stored += rows.height

    def of(self, traces: Iterable[bytes]) -> tuple[pl.DataFrame, bool]:
        """Give the rows of traces, and whether they are all from one `add` and so in its order."""
        by_frame: dict[int, list[_Piece]] = {}
        for trace in traces:
            for piece in self._pieces.get(trace, ()):
                by_frame.setdefault(piece[0], []).append(piece)
        if not by_frame:
            return self._empty, True
        parts = [_picked(self._frames[number], sorted(pieces)) for number, pieces in by_frame.items()]
        return (parts[0], True) if len(parts) == 1 else (pl.concat(parts), False)

    def count(self, trace: bytes) -> int:
        """Count the rows of a trace."""
        return sum(stop - start for _, start, stop in self._pieces.get(trace, ()))

    def drop(self, traces: Iterable[bytes]) -> None:
        """Let go of the rows of traces; traces without rows are passed over."""
        for trace in traces:
            for number, start, stop in self._pieces.pop(trace, ()):
                self.rows -= stop - start
                self._wanted[number] -= stop - start
                if not self._wanted[number]:
                    self.stored -= self._frames.pop(number).height
                    del self._wanted[number]
        if self.stored > _LEAST_ROWS and self.stored > 2 * self.rows:
            self._move_together()

    def _move_together(self) -> None:
        kept = _by_trace(self.of(self._pieces)[0])
        self._frames, self._wanted, self._pieces, self.rows, self.stored = {}, {}, {}, 0, 0
        self.add(kept)

    def dump(self) -> bytes:
        """Give what a checkpoint keeps: an Arrow IPC file."""
        file = BytesIO()
        self.of(self._pieces)[0].write_ipc(file, compression="lz4")
        return file.getvalue()

    def load(self, dumped: bytes) -> None:
        """Take up what a checkpoint kept; a column that is new since is null."""
        rows = pl.read_ipc(BytesIO(dumped))
        known = [name for name in self._empty.columns if name in rows.columns]
        self.add(_by_trace(pl.concat([self._empty, rows.select(known)], how="diagonal")))


def _by_trace(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.sort("trace_id", maintain_order=True).rechunk()


def starts_of(rows: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Give the first row of each trace."""
    number = rows["trace_id"].rle_id().to_numpy()
    return np.flatnonzero(np.r_[True, number[1:] != number[:-1]])


def _picked(frame: pl.DataFrame, pieces: Sequence[_Piece]) -> pl.DataFrame:
    start = np.array([piece[1] for piece in pieces])
    length = np.array([piece[2] for piece in pieces]) - start
    rows = int(length.sum())
    if rows == frame.height:
        return frame
    before = np.cumsum(length) - length
    return frame[np.repeat(start - before, length) + np.arange(rows)]

"""Rows of traces that are held in memory: found by their trace, let go by their trace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import repeat
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
        self._first: dict[bytes, _Piece] = {}
        self._more: dict[bytes, list[_Piece]] = {}  # few traces come in several batches
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
        pieces = zip(repeat(number), starts.tolist(), [*starts[1:].tolist(), rows.height])
        if self._first.keys().isdisjoint(keys):
            self._first.update(zip(keys, pieces, strict=True))
        else:
            for key, piece in zip(keys, pieces, strict=True):
                if self._first.setdefault(key, piece) is not piece:
                    self._more.setdefault(key, []).append(piece)
        self.rows += rows.height
        self.stored += rows.height

    def knows(self, traces: Sequence[bytes]) -> bool:
        """Tell whether it holds rows of any of these traces."""
        return not self._first.keys().isdisjoint(traces)

    def of(self, traces: Iterable[bytes]) -> tuple[pl.DataFrame, bool]:
        """Give the rows of traces, and whether they are all from one `add` and so in its order."""
        by_frame: dict[int, list[_Piece]] = {}
        for trace in traces:
            for piece in self._pieces(trace):
                by_frame.setdefault(piece[0], []).append(piece)
        if not by_frame:
            return self._empty, True
        parts = [_picked(self._frames[number], sorted(pieces)) for number, pieces in by_frame.items()]
        return (parts[0], True) if len(parts) == 1 else (pl.concat(parts), False)

    def count(self, trace: bytes) -> int:
        """Count the rows of a trace."""
        rows = 0
        for _, start, stop in self._pieces(trace):
            rows += stop - start
        return rows

    def drop(self, traces: Iterable[bytes]) -> None:
        """Let go of the rows of traces; traces without rows are passed over."""
        before, wanted = sum(self._wanted.values()), self._wanted
        for trace in traces:
            for number, start, stop in self._pieces(trace):
                wanted[number] -= stop - start
            self._first.pop(trace, None)
            self._more.pop(trace, None)
        self.rows += sum(wanted.values()) - before
        for number in [number for number, rows in wanted.items() if not rows]:
            self.stored -= self._frames.pop(number).height
            del wanted[number]
        if self.stored > _LEAST_ROWS and self.stored > 2 * self.rows:
            self._move_together()

    def _pieces(self, trace: bytes) -> Sequence[_Piece]:
        first = self._first.get(trace)
        if first is None:
            return ()
        more = self._more.get(trace)
        return (first,) if more is None else (first, *more)

    def _move_together(self) -> None:
        kept = _by_trace(self.of(self._first)[0])
        self._frames, self._wanted, self._first, self._more, self.rows, self.stored = {}, {}, {}, {}, 0, 0
        self.add(kept)

    def dump(self) -> bytes:
        """Give what a checkpoint keeps: an Arrow IPC file."""
        file = BytesIO()
        self.of(self._first)[0].write_ipc(file, compression="lz4")
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

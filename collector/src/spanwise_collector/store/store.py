"""The store: rows in, Parquet segments and checkpoints on the disk, queries over both."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, Literal

import msgspec
import polars as pl

from spanwise_collector.errors import StoreDown
from spanwise_collector.pieces import NO_PIECES, Pieces
from spanwise_collector.store import durable, merging, segments, traces
from spanwise_collector.store.buffer import joined
from spanwise_collector.store.catalog import Catalog, replace_segments
from spanwise_collector.store.folder import FolderLock
from spanwise_collector.store.manifest import Manifest, Piece, Segment
from spanwise_collector.store.segments import SCHEMA
from spanwise_collector.store.sql import Sql
from spanwise_collector.store.traces import Found, Most

_SECOND_NS: Final = 1_000_000_000
_HOUR_NS: Final = 3_600 * _SECOND_NS
_DAY_NS: Final = 24 * _HOUR_NS
_RETRY_AFTER_S: Final = 5.0
_ALWAYS_NS: Final = 2**63 - 1
PIECE_ROWS: Final = 16_384
_Kind = Literal["spans", "rollup"]


File = tuple[str, pl.LazyFrame, int]
"""A committed file: its name, which no other file ever has, its rows, and the oldest moment in it."""


@dataclass(frozen=True, slots=True)
class Files:
    """Committed files of one kind, and of spans the rows that are in none."""

    found: list[File]
    unwritten: pl.DataFrame


@contextlib.contextmanager
def _refusals() -> Generator[None]:
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StoreDown(f"the store could not be written: {error}", _RETRY_AFTER_S) from error


class Store:
    """Spans, rollup deltas and a checkpoint, committed together.

    `append`, `due` and `commit` belong to one thread; `compact` and `retain` may have another; reading
    (`scan`, `sql`, `trace`, `traces`, `newest`, `ids_since`, `deltas`) is free to any number of threads.

    Args:
        folder: where everything lies; created if need be.
        flush_rows: `due` at this many rows,
        flush_bytes: or this many bytes in memory,
        flush_after_s: or this long after the first row.

    Raises FolderUnusable where the folder is somebody else's, of a newer release, or used by another process.
    """

    def __init__(
        self, folder: Path, *, flush_rows: int = 20_000, flush_bytes: int = 24 * 2**20, flush_after_s: float = 30.0
    ) -> None:
        self._lock_file = FolderLock(folder)
        try:
            self._catalog = Catalog(folder)
        except BaseException:
            self._lock_file.release()
            raise
        self._folder = folder
        self._flush_rows, self._flush_bytes, self._flush_after_s = flush_rows, flush_bytes, flush_after_s
        self._committing = Lock()  # one change of the manifest at a time
        self._compacting = Lock()
        self._sql = Sql(folder / "spans")

    @property
    def applied_seq(self) -> int:
        """The last request of the journal whose effects are committed; -1 for none."""
        return self._catalog.manifest.applied_seq

    @property
    def state(self) -> bytes | None:
        """The checkpoint as committed; read from the disk. Raises OSError."""
        with self._committing:
            file = self._catalog.manifest.state
            return None if file is None else (self._folder / file).read_bytes()

    def pieces(self) -> dict[int, bytes]:
        """Read the pieces of the checkpoint, by number. Raises OSError."""
        with self._committing:
            return {piece.number: (self._folder / piece.file).read_bytes() for piece in self._catalog.manifest.pieces}

    @property
    def segments(self) -> int:
        """How many files hold spans."""
        return len(self._catalog.manifest.spans)

    @property
    def rows(self) -> int:
        """How many spans there are, written or not."""
        return self._catalog.rows

    def deltas(self, since_ns: int) -> pl.DataFrame | None:
        """Return the committed rollup deltas with `window_ns >= since_ns`, or None; other columns are as given."""
        with self._catalog.reading() as view:
            paths = self._paths([segment for segment in view.manifest.rollup if segment.max_ns >= since_ns])
            return segments.read_deltas(paths).filter(pl.col("window_ns") >= since_ns) if paths else None

    @contextlib.contextmanager
    def files(self, kind: _Kind, since_ns: int) -> Generator[Files]:
        """Give the committed files that hold something not older than a moment; they stay until the reader is done."""
        with self._catalog.reading() as view:
            near = [segment for segment in getattr(view.manifest, kind) if segment.max_ns >= since_ns]
            read = segments.scan if kind == "spans" else segments.scan_deltas
            found = [(segment.file, read([self._folder / segment.file]), segment.min_ns) for segment in near]
            yield Files(found, view.unwritten())

    def oldest_ns(self, kind: _Kind) -> int | None:
        """Tell the oldest moment that is committed; null where nothing is."""
        return min((segment.min_ns for segment in getattr(self._catalog.manifest, kind)), default=None)

    def append(self, frame: pl.DataFrame) -> None:
        """Keep rows; queries see them at once. Raises ValueError for a frame without the STORED columns."""
        self._catalog.append(frame)

    def due(self, now_s: float) -> bool:
        """Tell whether enough rows, bytes or age wait to be committed."""
        buffer = self._catalog.buffer
        return (
            buffer.rows >= self._flush_rows
            or buffer.size_bytes >= self._flush_bytes
            or buffer.age_s(now_s) >= self._flush_after_s
        )

    def commit(
        self, applied_seq: int, state: bytes, deltas: pl.DataFrame | None, now_s: float, pieces: Pieces = NO_PIECES
    ) -> None:
        """Make all appended rows, the deltas and the checkpoint durable, together or not at all.

        Args:
            applied_seq: the last request of the journal whose effects are in them.
            state: what `state` shall hand back after a restart.
            deltas: rollup rows to be kept beside those of earlier commits; has `window_ns` (i64, Unix time).
            now_s: Unix time, noted in the manifest.
            pieces: what belongs to the checkpoint beside `state`; those of earlier commits stay on the disk.

        Raises StoreDown when the disk refuses; the rows stay, and the next commit takes them.
        """
        written: list[str] = []
        with self._committing, _refusals():
            try:
                spans = self._write_spans(joined(self._catalog.buffer.frames()), written)
                rollup = self._write_deltas(deltas, written)
                checkpoint = self._write_state(state, written)
                parts = self._write_pieces(pieces, written)
            except (OSError, pl.exceptions.PolarsError):
                self._catalog.discard(written)
                raise

            def change(old: Manifest) -> Manifest:
                return msgspec.structs.replace(
                    old, applied_seq=applied_seq, committed_s=now_s, state=checkpoint, pieces=parts,
                    spans=(*old.spans, *spans), rollup=(*old.rollup, *rollup),
                )  # fmt: skip

            self._catalog.publish(change, written, buffered=True)

    def scan(self, start_ns: int, end_ns: int, columns: Sequence[str]) -> pl.DataFrame:
        """Return spans with `start_ns < end_ns of the span <= end_ns`, in no order.

        Raises ValueError for a column that is none of STORED.
        """
        for name in columns:
            if name not in SCHEMA:
                raise ValueError(f"column {name!r} is unknown, expected one of {', '.join(SCHEMA)}")
        ended = (pl.col("end_ns") > start_ns) & (pl.col("end_ns") <= end_ns)
        with self._catalog.reading() as view:
            near = _ended(view.manifest.spans, start_ns + 1, end_ns)
            parts = [view.unwritten().lazy(), segments.scan(self._paths(near))]
            return pl.concat([part.filter(ended).select(columns) for part in parts]).collect()

    def sql(self, query: str, params: Mapping[str, object] | None = None) -> pl.DataFrame:
        """Answer one SELECT over the view `spans` (columns STORED); parameters are named (`$name`).

        Raises Malformed for a query that is none or may not be asked, TooLarge for one that needs too much memory.
        """
        with self._catalog.reading() as view:
            return self._sql.query(query, params, self._paths(view.manifest.spans), view.unwritten())

    def trace(self, trace_id: bytes) -> pl.DataFrame:
        """Return all spans of a trace with all columns, in no order."""
        return self.traces([trace_id]).spans

    def traces(
        self,
        trace_ids: Sequence[bytes],
        most: Most | None = None,
        since_ns: int = -_ALWAYS_NS,
        until_ns: int = _ALWAYS_NS,
    ) -> Found:
        """Return spans of traces with all columns, in no order.

        Args:
            trace_ids: 16 bytes each.
            most: of one trace; null for all.
            since_ns: files in which all spans ended before are not looked into,
            until_ns: nor those in which all ended after it.
        """
        with self._catalog.reading() as view:
            near = _ended(view.manifest.spans, since_ns, until_ns)
            files = [(self._folder / segment.file, segment.rows) for segment in near]
            return traces.find(view.unwritten(), files, trace_ids, most)

    def newest(self, since_ns: int, wanted: pl.Expr, columns: Sequence[str]) -> Generator[tuple[pl.DataFrame, int]]:
        """Return the spans that ended at `since_ns` or later and are wanted, piece by piece, about newest first.

        With each piece comes a moment: no span of a later piece ended after it. A piece comes from at most
        PIECE_ROWS rows of a file, so that memory does not grow with the store.
        """
        ended = (pl.col("end_ns") >= since_ns) & wanted
        with self._catalog.reading() as view:
            near = sorted(_ended(view.manifest.spans, since_ns, _ALWAYS_NS), key=lambda segment: -segment.max_ns)
            upto = [*(segment.max_ns for segment in near), -_ALWAYS_NS]
            yield view.unwritten().filter(ended).select(columns), upto[0]
            for number, segment in enumerate(near):
                file = segments.scan([self._folder / segment.file])
                for offset in range(0, segment.rows, PIECE_ROWS):
                    over = offset + PIECE_ROWS >= segment.rows
                    piece = file.slice(offset, PIECE_ROWS).filter(ended).select(columns).collect()
                    yield piece, upto[number + over]

    def ids_since(self, since_ns: int) -> pl.DataFrame:
        """Return `trace_id` and `span_id` of the spans that ended at `since_ns` or later."""
        return self.scan(since_ns - 1, _ALWAYS_NS, ("trace_id", "span_id"))

    def compact(self, now_s: float) -> None:
        """Merge small segments until none is worth it. Raises StoreDown; then nothing is lost."""
        now_ns = int(now_s * _SECOND_NS)
        with self._compacting:
            while group := merging.group(self._catalog.manifest.spans, now_ns, _HOUR_NS):
                self._merge("spans", group, segments.merge_spans)
            while group := merging.group(self._catalog.manifest.rollup, now_ns, _DAY_NS):
                self._merge("rollup", group, segments.merge_deltas)

    def retain(self, now_s: float, keep_s: float) -> int:
        """Drop the partitions in which all is older than `keep_s`; return how many spans went.

        Raises StoreDown when the disk refuses; then nothing is dropped.
        """
        cutoff_ns = int((now_s - keep_s) * _SECOND_NS)
        with self._compacting, self._committing:
            old = self._catalog.manifest
            spans, rollup = _younger(old.spans, cutoff_ns), _younger(old.rollup, cutoff_ns)
            if (spans, rollup) != (old.spans, old.rollup):
                with _refusals():
                    self._catalog.publish(lambda now: msgspec.structs.replace(now, spans=spans, rollup=rollup), [])
                self._catalog.remove_empty_folders()
            return sum(segment.rows for segment in old.spans) - sum(segment.rows for segment in spans)

    def close(self) -> None:
        """Let go of the folder; rows that were not committed are in the journal."""
        self._sql.close()
        self._lock_file.release()

    def _paths(self, chosen: Sequence[Segment]) -> list[Path]:
        return [self._folder / segment.file for segment in chosen]

    def _write_spans(self, frame: pl.DataFrame, written: list[str]) -> list[Segment]:
        made: list[Segment] = []
        for folder, part in segments.partitions(frame) if frame.height else ():
            file = self._catalog.new_file(folder, ".parquet")
            written.append(file)
            size_bytes = segments.write(part, self._folder / file)
            made.append(Segment(file, part.height, size_bytes, *segments.limits(part, "end_ns")))
        return made

    def _write_deltas(self, deltas: pl.DataFrame | None, written: list[str]) -> list[Segment]:
        if deltas is None or not deltas.height:
            return []
        min_ns, max_ns = segments.limits(deltas, "window_ns")
        file = self._catalog.new_file(segments.rollup_partition(max_ns), ".parquet")
        written.append(file)
        return [Segment(file, deltas.height, segments.write(deltas, self._folder / file), min_ns, max_ns)]

    def _write_state(self, state: bytes, written: list[str]) -> str:
        file = self._catalog.new_file("", ".bin")
        written.append(file)
        durable.write_file(self._folder / file, state)
        return file

    def _write_pieces(self, pieces: Pieces, written: list[str]) -> tuple[Piece, ...]:
        kept = [piece for piece in self._catalog.manifest.pieces if piece.number in pieces.keep]
        there = {piece.number for piece in kept}
        made = [
            Piece(number, self._write_state(data, written))
            for number, data in pieces.new.items()
            if number not in there
        ]
        return (*kept, *made)

    def _merge(self, kind: _Kind, group: tuple[Segment, ...], merge: Callable[[Sequence[Path], Path], int]) -> None:
        with _refusals():
            file = self._catalog.new_file(group[0].file.rpartition("/")[0], ".parquet")
            try:
                size_bytes = merge(self._paths(group), self._folder / file)
            except (OSError, pl.exceptions.PolarsError):
                self._catalog.discard([file])
                raise
            rows = sum(segment.rows for segment in group)
            min_ns, max_ns = min(segment.min_ns for segment in group), max(segment.max_ns for segment in group)
            merged = Segment(file, rows, size_bytes, min_ns, max_ns)

            def change(old: Manifest) -> Manifest:
                if kind == "spans":
                    return msgspec.structs.replace(old, spans=replace_segments(old.spans, group, merged))
                return msgspec.structs.replace(old, rollup=replace_segments(old.rollup, group, merged))

            with self._committing:
                self._catalog.publish(change, [file])


def _ended(have: Sequence[Segment], since_ns: int, until_ns: int) -> list[Segment]:
    return [segment for segment in have if segment.max_ns >= since_ns and segment.min_ns <= until_ns]


def _younger(have: tuple[Segment, ...], cutoff_ns: int) -> tuple[Segment, ...]:
    newest: dict[str, int] = {}
    for segment in have:
        folder = segment.file.rpartition("/")[0]
        newest[folder] = max(segment.max_ns, newest.get(folder, segment.max_ns))
    return tuple(segment for segment in have if newest[segment.file.rpartition("/")[0]] >= cutoff_ns)

"""What the store consists of right now, and the one way to change it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec
import polars as pl

from spanwise_collector.errors import FolderUnusable
from spanwise_collector.store import durable, manifest
from spanwise_collector.store.buffer import Buffer, joined
from spanwise_collector.store.folder import MANIFEST, ROLLUP, SPANS
from spanwise_collector.store.leases import Leases
from spanwise_collector.store.manifest import Manifest, Segment

_STATE_FILES: Final = "state-*.bin"


@dataclass(frozen=True, slots=True)
class View:
    """One moment of the store: committed segments and the rows that are in none of them."""

    manifest: Manifest
    frames: tuple[pl.DataFrame, ...]

    def unwritten(self) -> pl.DataFrame:
        """Return the rows that are in no segment; nothing is copied."""
        return joined(self.frames)


class Catalog:
    """The committed manifest and the buffer, changed together so that a reader sees every row once.

    Raises FolderUnusable where the folder's manifest cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock()  # guards what a reader sees; held for moments only
        self._leases = Leases()
        self._buffer = Buffer()
        found = manifest.read(folder)
        self._manifest = Manifest() if found is None else found
        self._next_file = self._manifest.next_file
        try:
            self._remove_orphans()
            for name in (SPANS, ROLLUP):
                durable.make_folder(folder / name, folder)
            if found is None:
                durable.rename(manifest.prepare(folder, self._manifest), folder / MANIFEST)
        except OSError as error:
            raise FolderUnusable(f"data folder {folder}: cannot be written: {error}") from error

    @property
    def manifest(self) -> Manifest:
        """What is committed."""
        return self._manifest

    @property
    def buffer(self) -> Buffer:
        """What is not yet in a segment, to be read by the thread that appends."""
        return self._buffer

    @property
    def rows(self) -> int:
        """How many spans there are, in segments or not."""
        with self._lock:
            return self._buffer.rows + sum(segment.rows for segment in self._manifest.spans)

    @contextlib.contextmanager
    def reading(self) -> Generator[View]:
        """Give one moment of the store; its files stay until the reader is done."""
        with self._lock:
            lease = self._leases.take()
            view = View(self._manifest, self._buffer.frames())
        try:
            yield view
        finally:
            with self._lock:
                self._leases.give_back(lease)
                unseen = self._leases.unseen()
            self._delete(unseen)

    def append(self, frame: pl.DataFrame) -> None:
        """Let readers see rows. Raises ValueError for a frame that does not have the STORED columns."""
        with self._lock:
            self._buffer.append(frame)

    def new_file(self, folder: str, suffix: str) -> str:
        """Name a file that never was, below the data folder, and create its folder. Raises OSError."""
        durable.make_folder(self.folder / folder, self.folder)
        with self._lock:
            number = self._next_file
            self._next_file += 1
        return f"{folder}/{number:010d}{suffix}" if folder else f"state-{number:010d}{suffix}"

    def publish(self, change: Callable[[Manifest], Manifest], written: list[str], *, buffered: bool = False) -> None:
        """Make a change of the manifest hold: this is the commit point. One thread at a time.

        Args:
            change: from what holds to what shall hold.
            written: files that the change names for the first time; they go if it comes to nothing.
            buffered: whether the buffer's rows are in them.

        Raises OSError; then the store is as it was.
        """
        before = self._manifest
        try:
            for folder in {(self.folder / file).parent for file in written}:
                durable.sync_folder(folder)
            after = msgspec.structs.replace(change(before), next_file=self._next_file)
            prepared = manifest.prepare(self.folder, after)
        except OSError:
            self.discard(written)
            raise
        # From here a crash finds the old manifest or the new one: the files of both must stay.
        durable.rename(prepared, self.folder / MANIFEST)
        with self._lock:
            self._manifest = after
            if buffered:
                self._buffer.clear()
            self._leases.drop(self.folder / file for file in sorted(before.files() - after.files()))
            unseen = self._leases.unseen()
        self._delete(unseen)

    def discard(self, files: list[str]) -> None:
        """Delete files that never became part of the store."""
        self._delete([self.folder / file for file in files])

    def remove_empty_folders(self) -> None:
        """Delete the folders of partitions that are gone."""
        for name in (SPANS, ROLLUP):
            for folder in sorted((self.folder / name).rglob("*"), reverse=True):
                if folder.is_dir():
                    with contextlib.suppress(OSError):  # not empty
                        folder.rmdir()

    def _remove_orphans(self) -> None:
        named = self._manifest.files()
        patterns = (_STATE_FILES, f"{SPANS}/**/*.parquet", f"{ROLLUP}/**/*.parquet")
        for path in [path for pattern in patterns for path in self.folder.glob(pattern)]:
            if path.relative_to(self.folder).as_posix() not in named:
                path.unlink()
        self.remove_empty_folders()

    def _delete(self, paths: list[Path]) -> None:
        for path in paths:
            with contextlib.suppress(OSError):  # what cannot be deleted now is an orphan at the next start
                path.unlink()


def replace_segments(have: tuple[Segment, ...], old: tuple[Segment, ...], new: Segment) -> tuple[Segment, ...]:
    """Put one segment in the place of several, where the last of them was."""
    gone = {segment.file for segment in old}
    place = old[-1].file
    return tuple(
        new if segment.file == place else segment
        for segment in have
        if segment.file not in gone or segment.file == place
    )

"""The manifest: the one small file that says what the store consists of; replacing it is the commit."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from spanwise_collector.errors import FolderUnusable
from spanwise_collector.store import durable
from spanwise_collector.store.folder import MANIFEST

FORMAT: Final = "spanwise-store"
VERSION: Final = 1


class Segment(msgspec.Struct, frozen=True, gc=False):
    """One Parquet file.

    Attributes:
        file: path below the data folder.
        rows: how many rows it has.
        size_bytes: of the file.
        min_ns: smallest `end_ns` of its spans, or `window_ns` of its deltas.
        max_ns: the largest.
    """

    file: str
    rows: int
    size_bytes: int
    min_ns: int
    max_ns: int


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A part of the checkpoint that stays as it was written.

    Attributes:
        number: by which the checkpoint knows it.
        file: path below the data folder.
    """

    number: int
    file: str


class Manifest(msgspec.Struct, frozen=True):
    """Everything that is committed.

    Attributes:
        applied_seq: the last request of the journal whose effects are in here; -1 for none.
        committed_s: Unix time of the last commit, for people who look.
        next_file: number of the next file to be written; numbers are never used twice.
        state: the checkpoint's file, below the data folder.
        pieces: parts of the checkpoint with files of their own.
        spans: segments of spans, oldest commit first.
        rollup: segments of rollup deltas, oldest commit first.
    """

    format: str = FORMAT
    version: int = VERSION
    applied_seq: int = -1
    committed_s: float | None = None
    next_file: int = 0
    state: str | None = None
    spans: tuple[Segment, ...] = ()
    rollup: tuple[Segment, ...] = ()
    pieces: tuple[Piece, ...] = ()

    def files(self) -> set[str]:
        """Name every file that belongs to the store, beside the manifest itself."""
        named = {part.file for part in (*self.spans, *self.rollup, *self.pieces)}
        return named if self.state is None else named | {self.state}


class _Heading(msgspec.Struct):
    format: str
    version: int


def read(folder: Path) -> Manifest | None:
    """Read a folder's manifest, or None where there is none yet. Raises FolderUnusable."""
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FolderUnusable(f"{path}: cannot be read: {error}") from error
    try:
        heading = msgspec.json.decode(data, type=_Heading)
        if heading.format != FORMAT:
            raise FolderUnusable(f"{path}: format is {heading.format!r}, expected {FORMAT!r}")
        if heading.version > VERSION:
            raise FolderUnusable(
                f"{path}: version is {heading.version}, this release reads up to {VERSION}; use a newer release"
            )
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        raise FolderUnusable(f"{path}: is no manifest of a store: {error}") from error


def prepare(folder: Path, manifest: Manifest) -> Path:
    """Write the manifest beside the one that holds; `durable.rename` makes it hold. Raises OSError."""
    path = folder / f"{MANIFEST}.new"
    durable.write_file(path, msgspec.json.encode(manifest))
    return path

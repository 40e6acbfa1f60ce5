"""Writes that are on the disk, not only in memory, when they return."""

from __future__ import annotations

import os
from pathlib import Path


def sync_file(path: Path) -> None:
    """Put a file's bytes on the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Put a folder's entries (created, renamed, deleted) on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path, root: Path) -> None:
    """Create a folder below `root` with its parents, and put every new entry on the disk. Raises OSError."""
    if folder.is_dir():
        return
    if folder != root:
        make_folder(folder.parent, root)
    folder.mkdir(0o700, parents=folder == root, exist_ok=True)  # what agents say is nobody else's
    sync_folder(folder.parent)


def write_file(path: Path, data: bytes) -> None:
    """Write a new file; its folder must be synced by the caller. Raises OSError."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def rename(source: Path, target: Path) -> None:
    """Put `source` in the place of `target`, whole or not at all. Raises OSError."""
    source.replace(target)
    sync_folder(target.parent)

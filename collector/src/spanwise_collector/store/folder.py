"""The data folder: whose it is, and that one process has it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

from spanwise_collector.errors import FolderUnusable
from spanwise_collector.store import durable

LOCK: Final = "lock"
MANIFEST: Final = "manifest.json"
SPANS: Final = "spans"
ROLLUP: Final = "rollup"
_OURS_BEFORE_MANIFEST: Final = frozenset({LOCK, "journal", f"{MANIFEST}.new"})


class FolderLock:
    """Hold a data folder until `release`; the kernel lets go when the process dies.

    Raises FolderUnusable where another process holds it or it has somebody else's files in it.
    """

    def __init__(self, folder: Path) -> None:
        try:
            durable.make_folder(folder, folder)
            self._descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderUnusable(f"data folder {folder}: cannot be opened for writing: {error}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise FolderUnusable(f"data folder {folder}: another running collector uses it") from error
        if not (folder / MANIFEST).exists():
            foreign = sorted({entry.name for entry in folder.iterdir()} - _OURS_BEFORE_MANIFEST)
            if foreign:
                self.release()
                raise FolderUnusable(
                    f"data folder {folder}: holds {foreign[0]!r} but no {MANIFEST}; expected an empty folder or our own"
                )

    def release(self) -> None:
        """Let another process have the folder."""
        os.close(self._descriptor)

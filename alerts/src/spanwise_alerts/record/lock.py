"""One process for each SQLite file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from spanwise_alerts.errors import RecordError


class FileLock:
    """Hold a database file until `release`, by a file beside it; the kernel lets go when the process dies.

    Raises RecordError where another process holds it.
    """

    def __init__(self, database: Path) -> None:
        beside = database.with_name(f"{database.name}.lock")
        try:
            self._descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RecordError(f"{database} cannot be opened: {error}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise RecordError(
                f"{database} is used by another running alert manager; stop that one, give this one a folder of its "
                "own, or let both share a PostgreSQL (alerts.database)"
            ) from error

    def release(self) -> None:
        """Let another process have it."""
        os.close(self._descriptor)

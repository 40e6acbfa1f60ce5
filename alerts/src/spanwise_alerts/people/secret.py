"""What links are signed with: made once beside the database, readable by nobody else."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

from spanwise_alerts.errors import SecretError

FILE: Final = "links.secret"
_BYTES: Final = 32


def secret_in(data: Path) -> bytes:
    """Return the secret of a folder; make it, with mode 0600, where there is none.

    Raises:
        SecretError: it can neither be read nor made, or is no secret any more.
    """
    file = data / FILE
    try:
        if not file.exists():
            _make(file)
        found = file.read_bytes()
    except OSError as error:
        raise SecretError(f"{file}: cannot be read or made: {error.strerror or error}") from error
    if len(found) < _BYTES:
        raise SecretError(f"{file}: got {len(found)} bytes, expected {_BYTES}; remove it to have it made anew")
    return found


def _make(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # whole or not at all: a file made by `mkstemp` is its owner's alone, and a link is never half there
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{FILE}.")
    try:
        with os.fdopen(handle, "wb") as made:
            made.write(secrets.token_bytes(_BYTES))
            made.flush()
            os.fsync(made.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, file)
    finally:
        Path(name).unlink()

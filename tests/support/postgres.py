"""A real PostgreSQL for tests."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server."""

    port: int
    user: str

    def database(self, name: str) -> str:
        """Make an empty database; the URL of it."""
        subprocess.run(
            [binary("createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", self.user, name], check=True, timeout=60
        )
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{name}"

    def ask(self, database: str, sql: str) -> str:
        """Run SQL as the server's own client does; what it prints, without headings."""
        server = ["-h", "127.0.0.1", "-p", str(self.port), "-U", self.user]
        command = [binary("psql"), *server, "-d", database, "-Atc", sql]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def binary(name: str) -> str:
    """Find one of PostgreSQL's programs; without it skip the test, or fail it where CI is true."""
    found = next((str(place / name) for place in _PLACES if (place / name).exists()), None) or shutil.which(name)
    if found is None:
        reason = f"{name} is not installed (apt-get install postgresql)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return found


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a PostgreSQL of its own on loopback; it refuses root, so root starts it as Debian's user for it."""
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    aside = {"user": user, "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if aside:
            shutil.chown(folder, user)
        data = folder / "data"
        _run([binary("initdb"), "-D", data, "-U", user, "-A", "trust", "-N", "--locale=C", "-E", "UTF8"], folder, aside)
        port = _free_port()
        settings = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=40"
        start = [binary("pg_ctl"), "-D", data, "-l", folder / "log", "-o", settings, "-w", "-t", "60"]
        _run([*start, "start"], folder, aside)
        try:
            yield Postgres(port, user)
        finally:
            _run([binary("pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop"], folder, aside)


def _run(command: list[str | Path], folder: Path, aside: dict[str, object]) -> None:
    done = subprocess.run(
        command, cwd=folder, check=False, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **aside
    )
    if done.returncode:
        raise AssertionError(f"{command[0]}: {done.stderr.decode()}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]

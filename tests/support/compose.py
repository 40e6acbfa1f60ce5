"""The compose file of the project as Docker would read it, its services run as plain processes."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "compose/docker"
READY_S = 60.0
"""How long a process may take until it is ready before a test gives up."""

_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def compose(**variables: str) -> dict[str, Any]:
    """Read the compose file with these variables of `.env`."""
    text = _VARIABLE.sub(lambda found: variables.get(found[1], found[2]), (FOLDER / "compose.yaml").read_text())
    return yaml.safe_load(text)


def mounts(service: Mapping[str, Any]) -> dict[str, str]:
    """Name what is mounted into a service: the source by the place where it sees it."""
    split = (mount.split(":") for mount in service.get("volumes", []))
    return {target: source for source, target, *_ in split}


class Container:
    """A service's places and addresses, mapped to a folder and to free ports of loopback.

    Files of the repository that it mounts are copied, so that the addresses in them can be mapped, too.
    """

    def __init__(self, service: Mapping[str, Any], folder: Path, addresses: Mapping[str, str]) -> None:
        self.service = service
        self.folder = folder
        self._map = {target: str(folder / target.lstrip("/")) for target in [*mounts(service), "/run/secrets"]}
        self._map |= addresses
        for target, source in mounts(service).items():
            if source.startswith("."):
                self._copy(FOLDER / source, Path(self._map[target]))
            else:
                Path(self._map[target]).mkdir(parents=True, exist_ok=True)

    def mapped(self, text: str) -> str:
        """Put our places and addresses in place of the container's."""
        there = "|".join(map(re.escape, sorted(self._map, key=len, reverse=True)))
        return re.sub(there, lambda found: self._map[found[0]], text)

    def command(self, entrypoint: list[str]) -> list[str]:
        """Give the command line, mapped."""
        return [*entrypoint, *(self.mapped(part) for part in self.service["command"])]

    @contextmanager
    def running(self, entrypoint: list[str], ready: Callable[[], bool], **options: Any) -> Iterator[None]:
        """Run the service while the context lasts, once it is ready; it must end cleanly when it is asked to."""
        log = self.folder / "log"
        environment = {"PATH": os.environ["PATH"], **self.service.get("environment", {})}
        with (
            log.open("wb") as output,
            subprocess.Popen(
                self.command(entrypoint), stdout=output, stderr=output, env=environment, cwd=self.folder, **options
            ) as process,
        ):
            try:
                wait(lambda: process.poll() is not None or ready())
                assert process.poll() is None, log.read_text()
                yield
            finally:
                process.terminate()
                process.wait(timeout=60)

    def _copy(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            target.write_text(self.mapped(source.read_text()))


def ours(program: str = "spanwise") -> str:
    """Find a program of the image in the environment that runs the tests."""
    return sys.executable if program == "python" else str(Path(sys.executable).with_name(program))


def free_port() -> int:
    """Find a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait(done: Callable[[], bool]) -> None:
    """Wait until it is so; fail if it takes too long."""
    deadline = time.monotonic() + READY_S
    while not done():
        assert time.monotonic() < deadline, f"nothing came within {READY_S:.0f} s"
        time.sleep(0.05)

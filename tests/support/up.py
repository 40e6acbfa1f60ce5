"""A real `spanwise up` as a process of its own, that can be killed and started again."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

START_S = 60.0
COMMAND = Path(sys.executable).with_name("spanwise")


class Up:
    """One process; its ports stay the same over restarts."""

    def __init__(self, folder: Path, config: Path | None = None) -> None:
        self.folder = folder
        self.config = config
        self.ports = {name: _free_port() for name in ("otlp-http", "otlp-grpc", "http", "alerts")}
        self.http = f"http://127.0.0.1:{self.ports['http']}"
        self.otlp = f"http://127.0.0.1:{self.ports['otlp-http']}/v1/traces"
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "up.log"

    def start(self) -> None:
        """Start and wait until it is ready."""
        flags = [part for name, port in self.ports.items() for part in (f"--{name}", f"127.0.0.1:{port}")]
        flags += ["--config", str(self.config)] if self.config else []
        command = [str(COMMAND), "up", "--data", str(self.folder / "data"), *flags]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.http}/readyz") as answer:
                if answer.status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"spanwise up did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """Kill it as the kernel would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to stop; gives its exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=60)

    def get(self, path: str) -> Any:
        """Ask the API."""
        with urllib.request.urlopen(f"{self.http}{path}", timeout=60) as answer:
            return json.load(answer)

    def metrics(self) -> dict[str, float]:
        """Read our counters off the metrics page."""
        with urllib.request.urlopen(f"{self.http}/metrics", timeout=60) as answer:
            lines = [line.rpartition(" ") for line in answer.read().decode().splitlines() if not line.startswith("#")]
        wanted = ("_total", "_bucket", "_count", "_sum")
        return {
            name: float(value)
            for name, _, value in lines
            if name.startswith(("spanwise_", "gen_ai_")) and name.partition("{")[0].endswith(wanted)
        }


@contextlib.contextmanager
def running(folder: Path, config: Path | None = None) -> Iterator[Up]:
    """Run it while the context lasts."""
    up = Up(folder, config)
    up.start()
    try:
        yield up
    finally:
        if up.process is not None and up.process.poll() is None:
            up.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]

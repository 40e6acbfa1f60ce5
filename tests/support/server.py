"""Runs a web server as a process of its own, and tells its address."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SCRIPTS = Path(sys.executable).parent
DEADLINE_S = 90


@dataclass
class Server:
    """A running server; `said` is what it wrote."""

    process: subprocess.Popen[str]
    address: str = ""
    said: list[str] = field(default_factory=list)
    up: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            found = re.search(r"(?:Listening at:|running on) (http://[\d.]+:\d+)", line)
            if found:
                self.address = found[1]
                self.up.set()
        self.up.set()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(DEADLINE_S)


@contextmanager
def serving(*command: str, cwd: Path, environ: Mapping[str, str]) -> Iterator[Server]:
    """Run a command of this environment until the block ends; give it once it listens."""
    process = subprocess.Popen(
        [str(SCRIPTS / command[0]), *command[1:]],
        cwd=cwd,
        env={"PATH": f"{SCRIPTS}:{os.environ['PATH']}", **environ},
        stderr=subprocess.PIPE,
        text=True,
    )
    server = Server(process)
    reader = threading.Thread(target=server.read, daemon=True)
    reader.start()
    try:
        server.up.wait(DEADLINE_S)
        assert server.address, "".join(server.said)
        yield server
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        reader.join(DEADLINE_S)
        assert process.stderr is not None
        process.stderr.close()

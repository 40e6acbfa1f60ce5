"""Runs the demo's agent as a program of its own, through `spanwise run`, for as long as a block runs."""

from __future__ import annotations

import asyncio
import contextlib
import sysconfig
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from spanwise_stack.config import agent_environment
from spanwise_stack.errors import AgentEnded

AGENT_LOG: Final = "agent.log"
_STOP_S: Final = 10.0
_LINES: Final = 10


def _command(provider: str, otlp_http: str) -> list[str]:
    spanwise = str(Path(sysconfig.get_path("scripts")) / "spanwise")
    agent = ["-m", "spanwise_stack.demo.agent", "--base-url", f"http://{provider}/v1"]
    return [spanwise, "run", "--service", "research-desk", "--endpoint", f"http://{otlp_http}", *agent]


class Child:
    """The agent's process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def check(self) -> None:
        """Raise AgentEnded if it runs no more."""
        status = self._process.returncode
        if status is not None:
            raise AgentEnded(f"the agent ended with status {status}")


def last_words(log: Path) -> list[str]:
    """Give the end of the agent's output."""
    lines = log.read_text(errors="replace").splitlines()[-_LINES:]
    return [f"the agent's output ({log}) ends with:", *lines] if lines else []


@contextlib.asynccontextmanager
async def agent(provider: str, otlp_http: str, log: Path) -> AsyncGenerator[Child]:
    """Start the agent; at the end let it finish, and wait until it has sent its last span.

    Its standard input is a pipe from this process, so that it also ends when this process is killed. It has a
    session of its own: Ctrl-C reaches only this process, which then stops everything in order.

    Args:
        provider: the provider's "host:port".
        otlp_http: the collector's "host:port" for OTLP over HTTP.
        log: where its output goes.
    """
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *_command(provider, otlp_http),
            env=agent_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield Child(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()

"""Debian's amtool against an alert manager."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.support.prometheus import binary


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    said: str
    complained: str


async def amtool(url: str, *arguments: str) -> Ran:
    """Run a command against the alert manager at a URL; without amtool skip the test, or fail it where CI is true."""
    process = await asyncio.create_subprocess_exec(
        binary("amtool"), f"--alertmanager.url={url}", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, complained = await process.communicate()
    assert process.returncode is not None
    return Ran(process.returncode, said.decode(), complained.decode())

"""Have pictures drawn in a process of its own: drawing neither holds the loop up nor stays in its memory."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import msgspec

from spanwise_alerts.alert import Letter, Notice
from spanwise_alerts.evidence import Course, Evidence
from spanwise_alerts.notify.chart import LENGTH_BYTES, Picture

PATIENCE_S: Final = 10.0
"""How long a mail waits for its pictures."""

IDLE_S: Final = 60.0
"""After how long without work the process ends."""

_KEPT: Final = 32
_log = logging.getLogger(__name__)


class Artist:
    """Draws the courses of a mail's alerts; other letters go as they are."""

    def __init__(self, patience_s: float = PATIENCE_S, idle_s: float = IDLE_S) -> None:
        self._patience_s = patience_s
        self._idle_s = idle_s
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._drawn: OrderedDict[bytes, bytes] = OrderedDict()

    async def dress(self, letter: Letter) -> Letter:
        """Add pictures to a mail; without them where they are not there in time."""
        if letter.channel.split("/")[1:2] != ["email"]:
            return letter
        evidence: Mapping[str, Evidence] = letter.evidence
        for notice in letter.message.notices:
            found = evidence.get(notice.fingerprint)
            if found is not None and found.course is not None:
                drawn = await self.draw(picture_of(found.course, notice))
                if not drawn:
                    break
                evidence = {**evidence, notice.fingerprint: replace(found, chart=drawn)}
        return replace(letter, evidence=evidence)

    async def draw(self, picture: Picture) -> bytes:
        """Return a PNG; empty where it could not be drawn in time, which is logged."""
        asked = msgspec.json.encode(picture)
        async with self._turn:
            if asked in self._drawn:
                return self._drawn[asked]
            if self._leaving is not None:
                self._leaving.cancel()
            try:
                async with asyncio.timeout(self._patience_s):
                    drawn = await self._answered(asked)
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                _log.warning("a chart could not be drawn: %s: %s", type(error).__name__, error)
                await self._end()
                return b""
            except asyncio.CancelledError:
                # what is still to be answered would come in the place of the next answer
                self._rest()
                raise
            self._leaving = asyncio.get_running_loop().call_later(self._idle_s, self._rest)
            self._drawn[asked] = drawn
            if len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)
            return drawn

    async def close(self) -> None:
        """End the process."""
        if self._leaving is not None:
            self._leaving.cancel()
        async with self._turn:
            await self._end()

    async def _answered(self, asked: bytes) -> bytes:
        if self._process is not None and self._process.stdin is not None and self._process.stdin.is_closing():
            await self._end()
        if self._process is None or self._process.returncode is not None:
            pipe = asyncio.subprocess.PIPE
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "spanwise_alerts.notify.chart", stdin=pipe, stdout=pipe,
                stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(asked + b"\n")
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES), "big")
        return await process.stdout.readexactly(length)

    def _rest(self) -> None:
        # it ends by itself once there is nothing more to read
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def picture_of(course: Course, notice: Notice) -> Picture:
    """Frame the course of an alert."""
    until_s = course.at_s[-1] if notice.ends_at_s is None else notice.ends_at_s
    return Picture(
        course.title, course.unit, list(course.at_s), list(course.values), (notice.starts_at_s, until_s), notice.tier,
        course.threshold, list(course.lower), list(course.upper),
    )  # fmt: skip

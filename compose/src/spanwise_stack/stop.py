"""Ctrl-C and SIGTERM: the first stops in order, the second at once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_BY_SIGNAL: Final = 128


class Stop:
    """Tells whether the user wants an end."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    @contextmanager
    def listening(self) -> Generator[None]:
        """Take over both signals while the block runs."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.ask, number)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def ask(self, number: int) -> None:
        """Ask for an end; asked again, end the process: what was acknowledged is in the journal."""
        if self._asked.is_set():
            sys.stderr.write("stopped at once; acknowledged spans are in the journal\n")
            sys.stderr.flush()
            os._exit(_BY_SIGNAL + number)
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether it was asked for."""
        return self._asked.is_set()

    async def within(self, timeout_s: float | None) -> bool:
        """Wait until it is asked for, but no longer than this; tell whether it was."""
        try:
            await asyncio.wait_for(self._asked.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

"""Watch configuration files: once they changed, and are not being written any more, they are read anew."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final

from spanwise_alerts.errors import AlertsError
from spanwise_alerts.faults import ConfigError

_log = logging.getLogger(__name__)

EVERY_S: Final = 1.0
"""How often files are looked at."""

Stamp = tuple[tuple[str, int, int], ...]
"""Of each file that is there: its path, when it was changed (ns), its size in bytes."""


def stamp(files: Iterable[Path]) -> Stamp:
    """Look at files."""
    found: list[tuple[str, int, int]] = []
    for path in sorted(set(files)):
        try:
            status = path.stat()
        except OSError:  # a file that is gone is a change
            continue
        found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)


class Watch:
    """Reloads when files changed; a bad configuration changes nothing and is told with everything that is wrong."""

    def __init__(self, files: Callable[[], Iterable[Path]], reload: Callable[[], Awaitable[None]]) -> None:
        self._files = files
        self._reload = reload
        self._read = self._seen = stamp(files())

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.look()

    async def look(self) -> bool:
        """Look once; return whether the configuration was read anew."""
        now = stamp(self._files())
        quiet, self._seen = now == self._seen, now
        if not quiet or now == self._read:
            return False
        self._read = now
        try:
            await self._reload()
        except (ConfigError, AlertsError) as error:
            for line in str(error).splitlines():
                _log.error("the changed configuration is not taken: %s", line)
            return False
        self._read = self._seen = stamp(self._files())  # other rule files may be named now
        _log.warning("the changed configuration is taken")
        return True

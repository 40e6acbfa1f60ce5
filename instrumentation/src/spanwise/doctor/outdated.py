"""Finds installed HTTP clients that are too old to be traced in full."""

import re
from collections.abc import Mapping
from typing import Final

_STREAMS: Final = "the usage of streams is not asked for through it, their tokens are estimates"
_LACKS: Final = {"aiohttp": ((3, 12), _STREAMS), "urllib3": ((2,), _STREAMS)}
NAMES: Final = tuple(_LACKS)


def warnings(versions: Mapping[str, str | None]) -> list[str]:
    """Say what to upgrade, of the versions that are installed; None where a library is not."""
    told: list[str] = []
    for name, version in versions.items():
        needed, lack = _LACKS[name]
        if version is not None and tuple(map(int, re.findall(r"\d+", version)[:2])) < needed:
            told.append(f"{name} {version} is old: {lack}; upgrade it to {'.'.join(map(str, needed))} or newer")
    return told

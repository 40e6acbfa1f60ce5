"""Finds installed HTTP clients that are too old to be traced."""

import re
from collections.abc import Mapping
from typing import Final

NEEDED: Final[Mapping[str, tuple[int, ...]]] = {"aiohttp": (3, 12), "urllib3": (2,)}
"""The first version that can be watched."""


def warnings(versions: Mapping[str, str | None]) -> list[str]:
    """Say what to upgrade, of the versions that are installed; None where a library is not."""
    return [
        f"{name} {version} is too old to be traced: calls of models through it are not seen; "
        f"upgrade it to {'.'.join(map(str, NEEDED[name]))} or newer"
        for name, version in versions.items()
        if version is not None and tuple(map(int, re.findall(r"\d+", version)[:2])) < NEEDED[name]
    ]

"""Durations as Prometheus and Alertmanager write them: whole numbers of y, w, d, h, m, s, ms."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BeforeValidator

_UNITS_MS: Final = (
    ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ("ms", 1),
)  # fmt: skip
_DURATION: Final = re.compile("".join(rf"(?:(\d+){unit})?" for unit, _ in _UNITS_MS))
_WRITTEN: Final = tuple((unit, ms) for unit, ms in _UNITS_MS if unit not in {"y", "w"})


def read(raw: object) -> float:
    """Read a duration in seconds.

    Raises:
        ValueError: it is none.
    """
    if isinstance(raw, str) and raw == "0":
        return 0.0
    match = _DURATION.fullmatch(raw) if isinstance(raw, str) and raw else None
    if match is None:
        raise ValueError(f"got {raw!r}, expected a duration such as 30s, 5m, 4h or 1h30m")
    return sum(int(n or 0) * ms for n, (_, ms) in zip(match.groups(), _UNITS_MS, strict=True)) / 1000


def write(duration_s: float) -> str:
    """Write seconds so that Alertmanager and our own YAML read them; what is below a millisecond is rounded."""
    left_ms, text = round(duration_s * 1000), ""
    for unit, ms in _WRITTEN:
        count, left_ms = divmod(left_ms, ms)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


Duration = Annotated[float, BeforeValidator(read)]
"""Seconds."""

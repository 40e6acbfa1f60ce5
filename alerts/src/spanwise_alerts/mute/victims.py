"""Victims: alerts that an outage explains are not told; they are released some time after it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from spanwise_alerts.cover import Cover


@dataclass(slots=True)
class _Held:
    cover: Cover
    until_s: float = math.inf


class Victims:
    """Knows at each moment which outages explain an alert."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    def cover(self, covers: Mapping[str, Cover], now_s: float) -> bool:
        """Take the outages that there are, by fingerprint; return whether other alerts are explained than before."""
        changed = False
        for mark, cover in covers.items():
            held = self._held.get(mark)
            changed = changed or held is None or held.cover != cover
            self._held[mark] = _Held(cover)
        for mark, held in self._held.items():
            if mark not in covers and held.until_s == math.inf:
                held.until_s = now_s + held.cover.grace_s
        return self.move(now_s) or changed

    def move(self, now_s: float) -> bool:
        """Release the victims of outages that are over for long enough; return whether there were any."""
        over = [mark for mark, held in self._held.items() if held.until_s <= now_s]
        for mark in over:
            del self._held[mark]
        return bool(over)

    def next_s(self) -> float:
        """Return when the next victims are released (Unix time); infinity where none will be."""
        return min((held.until_s for held in self._held.values()), default=math.inf)

    def by(self, fingerprint: str, rule: str, labels: Mapping[str, str], measure: str) -> tuple[str, ...]:
        """Return the fingerprints of the outages that explain an alert, sorted; an outage explains no outage."""
        return tuple(
            sorted(
                mark
                for mark, held in self._held.items()
                if mark != fingerprint and rule != held.cover.rule and held.cover.explains(labels, measure)
            )
        )

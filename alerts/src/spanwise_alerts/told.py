"""What each receiver was told of each group last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """What one receiver was told of one group last.

    Attributes:
        thread: what the keys of all letters of it are made of.
        step: how many messages there were.
        told_s: when the last one was; Unix time.
        firing: the grade (tier and mark) in which each alert was told to fire, by fingerprint.
        hushed: those of them that a person or the clock has held back since.
        flapping: since when which alerts are told by a digest, by fingerprint; when the digest came last.
        calls: the newest call of an escalation, or the end of an acknowledgement, that was told, by fingerprint.
    """

    group_key: str
    receiver: str
    labels: Mapping[str, str]
    thread: str
    step: int = 0
    told_s: float = 0.0
    firing: Mapping[str, str] = field(default_factory=dict[str, str])
    hushed: frozenset[str] = frozenset()
    flapping: Mapping[str, float] = field(default_factory=dict[str, float])
    calls: Mapping[str, int] = field(default_factory=dict[str, int])

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, ready for JSON."""
        return {
            "thread": self.thread, "step": self.step, "told_s": self.told_s, "labels": dict(self.labels),
            "firing": dict(self.firing), "hushed": sorted(self.hushed), "flapping": dict(self.flapping),
            "calls": dict(self.calls),
        }  # fmt: skip


def entry_from(group_key: str, receiver: str, body: Mapping[str, Any]) -> Entry:
    """Read back what `to_dict` returned."""
    fields: dict[str, Any] = {**body, "hushed": frozenset(body["hushed"])}
    return Entry(group_key, receiver, **fields)

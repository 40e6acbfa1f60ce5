"""The collector's own numbers: the ledger of spans, and what was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Ledger:
    """What became of every span of every acknowledged request: received = stored + rejected + duplicate.

    All four move together, when a batch is folded; they are part of the checkpoint, so they never go back.
    """

    received: int = 0
    stored: int = 0
    duplicate: int = 0
    rejected: Counter[str] = field(default_factory=Counter[str])
    field_faults: Counter[str] = field(default_factory=Counter[str])

    def totals(self) -> dict[str, int]:
        """Give the four numbers."""
        rejected = sum(self.rejected.values())
        return {
            "received": self.received,
            "stored": self.stored,
            "rejected": rejected,
            "duplicate": self.duplicate,
        }

    def dump(self) -> dict[str, Any]:
        """Give what a checkpoint keeps."""
        return {
            "received": self.received,
            "stored": self.stored,
            "duplicate": self.duplicate,
            "rejected": dict(self.rejected),
            "field_faults": dict(self.field_faults),
        }

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Take up what a checkpoint kept."""
        self.received = dumped["received"]
        self.stored = dumped["stored"]
        self.duplicate = dumped["duplicate"]
        self.rejected = Counter(dumped["rejected"])
        self.field_faults = Counter(dumped["field_faults"])


@dataclass(slots=True)
class Refusals:
    """What nothing is kept of but its number, since this start.

    Attributes:
        of: requests that were not accepted, by transport and reason.
        outcomes: log records and points of metrics, by signal and what became of them.
    """

    of: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

"""The tiers that an alert went through, as the audit trail has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from spanwise_alerts.evidence import Turn
from spanwise_alerts.plan import Happening

CHANGES: Final = ("fired", "upgraded", "downgraded", "resolved")
"""What happened, in the trail's words, that is a turn."""

MOST_TURNS: Final = 8
"""The newest so many."""


def turns_of(happened: Iterable[Happening], until_s: float) -> tuple[Turn, ...]:
    """Return the last turns up to a moment (Unix time), the oldest first.

    Args:
        happened: of one alert, the oldest first.
        until_s: what came later is not told yet.
    """
    turns = [
        Turn(each.at_s, None if each.what == "resolved" else each.detail["tier"])
        for each in happened
        if each.what in CHANGES and each.at_s <= until_s
    ]
    return tuple(turns[-MOST_TURNS:])

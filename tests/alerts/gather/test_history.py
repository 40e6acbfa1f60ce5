from __future__ import annotations

from spanwise_alerts.evidence import Turn
from spanwise_alerts.gather.history import turns_of
from spanwise_alerts.plan import Happening


def happened(at_s: float, what: str, tier: str = "warning") -> Happening:
    return Happening(at_s, what, "aa", {"tier": tier})


def test_turns_are_the_changes_of_tier_up_to_the_moment():
    trail = [
        happened(1, "fired"), happened(2, "told"), happened(3, "upgraded", "critical"), happened(4, "resolved"),
        happened(5, "fired"),
    ]  # fmt: skip
    assert turns_of(trail, 4.0) == (Turn(1, "warning"), Turn(3, "critical"), Turn(4, None))


def test_only_the_last_turns_are_told():
    assert [turn.at_s for turn in turns_of([happened(n, "fired") for n in range(20)], 99.0)] == list(range(12, 20))

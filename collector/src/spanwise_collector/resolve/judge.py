"""Decide what a call adds that has to do with other calls. Counters never go back, so only the newcomer is judged.

Of calls within one another the innermost are calls of their own: each was a request. So a newcomer is a duplicate if
it lies around a call that is known, or as the first one below a call that has none yet. Tokens, cost and time to the
first chunk count from whoever told them first on the way from the outermost to an innermost call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from spanwise_collector.resolve.call import Call


class Told(NamedTuple):
    """Which of its numbers a span tells; or which of them count."""

    usage: bool
    cost: bool
    ttft: bool


class Related(NamedTuple):
    """What a call has to do with.

    Attributes:
        above: calls around it, the nearest first.
        below: calls within it.
        twins: calls with the same response id.
        beside: calls around and within its twins.
        in_total: an agent's sum that has its tokens was counted.
    """

    above: Sequence[Call]
    below: Sequence[Call]
    twins: Sequence[Call]
    beside: Sequence[Call]
    in_total: bool

    @property
    def calls(self) -> list[Call]:
        """All of them, the twins first."""
        return [*self.twins, *self.above, *self.below, *self.beside]

    def __bool__(self) -> bool:
        return bool(self.in_total or self.calls)


def judge(call: Call, told: Told, related: Related) -> Told:
    """Mark a call, and what it has to do with, as counted so far as it is, and give which of its numbers count."""
    known = related.calls
    within = any(other.lasting for other in related.below)
    call.called = not (related.twins or within or (related.above and not related.above[0].outer))
    covered = Told(
        related.in_total or any(other.used for other in known),
        related.in_total or any(other.priced for other in known),
        not call.called and any(other.timed for other in known),
    )
    counts = Told(*(mine and not theirs for mine, theirs in zip(told, covered, strict=True)))
    twin = bool(related.twins)
    call.used, call.priced, timed = (mine or (twin and other) for mine, other in zip(counts, covered, strict=True))
    call.timed = int(timed)
    for other in related.twins if not call.guessed else ():  # else a wrong guess would hide what lies around them
        other.used |= counts.usage
        other.priced |= counts.cost
        other.timed |= int(counts.ttft)
    call.outer = within
    for other in related.above if call.lasting else ():
        other.outer = True
    return counts

"""How an alert climbs an escalation: one step after the other, until somebody acknowledges it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Climb:
    """Where one alert is in one escalation.

    Attributes:
        begun_s: when it began, or began anew; Unix time.
        taken: steps since then, those of repetitions too.
        next_s: when the next step is due (Unix time); None where none is left, or nobody can be called now.
        calls: all steps of this firing, those before it began anew too.
        called: at which of these calls each receiver was called last.
    """

    begun_s: float
    taken: int = 0
    next_s: float | None = None
    calls: int = 0
    called: Mapping[str, int] = field(default_factory=dict[str, int])

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, ready for JSON."""
        return {name: getattr(self, name) for name in _FIELDS}


_FIELDS: Final = tuple(Climb.__dataclass_fields__)


def begun(moments_s: Sequence[float], now_s: float, calls: int = 0) -> Climb:
    """Begin to climb; `moments_s` says when each step is due, in seconds since the beginning."""
    return Climb(now_s, 0, now_s + moments_s[0], calls)


def waits(climb: Climb) -> Climb:
    """Stop where it is; `goes_on` or `anew` has it climb again."""
    return replace(climb, next_s=None)


def anew(climb: Climb, moments_s: Sequence[float], now_s: float) -> Climb:
    """Begin from the first step again."""
    return replace(climb, begun_s=now_s, taken=0, next_s=now_s + moments_s[0])


def goes_on(climb: Climb, moments_s: Sequence[float], now_s: float) -> Climb:
    """Take up a climb that waits: the step that was due comes after its whole time."""
    if over(climb, moments_s):
        return waits(climb)
    return replace(climb, next_s=now_s + _gap_s(climb.taken, moments_s))


def step(climb: Climb, moments_s: Sequence[float], receivers: Iterable[str], now_s: float) -> Climb:
    """Take the step that is due: call these receivers, and say when the next one is due."""
    call, taken = climb.calls + 1, climb.taken + 1
    called = {**climb.called, **dict.fromkeys(receivers, call)}
    next_s = now_s + _gap_s(taken, moments_s) if taken < len(moments_s) else None
    return replace(climb, taken=taken, next_s=next_s, calls=call, called=called)


def over(climb: Climb, moments_s: Sequence[float]) -> bool:
    """Whether no step is left."""
    return climb.taken >= len(moments_s)


def _gap_s(taken: int, moments_s: Sequence[float]) -> float:
    return moments_s[taken] - (moments_s[taken - 1] if taken else 0.0)

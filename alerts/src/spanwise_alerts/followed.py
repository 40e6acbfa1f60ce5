"""What is followed from one configuration to the next: by rules whose numbers are the same, with all that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol, TypeVar

from spanwise_alerts.rule import Rule

LATE_S: Final = 10.0
"""So long after its end a point is closed: what its spans tell has arrived."""

AGAIN_S: Final = 30.0
"""After so long what failed is tried again."""


class Known(Protocol):
    """What is known of the series of a rule."""

    def judge_as(self, rule: Any, /) -> None:  # noqa: ANN401  each kind of rule has a state of its own
        """Judge from now on as another rule about the same numbers says."""
        ...


class Followed(Protocol):
    """One rule that is followed."""

    rule: Any

    @property
    def state(self) -> Known | None:
        """What is known; None as long as it is not up to date."""
        ...

    def stop(self) -> None:
        """Stop what runs beside."""
        ...


F = TypeVar("F", bound=Followed)
R = TypeVar("R", bound=Rule)


def watch_again(
    before: Mapping[str, F], rules: Iterable[R], make: Callable[[R], F], fits: Callable[[F, R], bool]
) -> dict[str, F]:
    """Follow these rules and no others; those that look at the same numbers as before keep what they know.

    Args:
        before: what was followed, by the name of its rule.
        rules: what is followed now.
        make: begins to follow a rule.
        fits: says whether what was followed is about the numbers of a rule.
    """
    left, found = dict(before), dict[str, F]()
    for rule in rules:
        was = left.pop(rule.name, None)
        if was is not None and fits(was, rule):
            was.rule = rule
            if was.state is not None:
                was.state.judge_as(rule)
        else:
            if was is not None:
                was.stop()
            was = make(rule)
        found[rule.name] = was
    for gone in left.values():
        gone.stop()
    return found

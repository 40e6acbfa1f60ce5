"""Compare a value with tiers that have bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from spanwise_alerts.detect.reading import Verdict
from spanwise_alerts.rule import TierName
from spanwise_alerts.rules.bounds import Tier


def verdicts(tiers: Mapping[TierName, Tier], value: float | None) -> dict[TierName, Verdict]:
    """Say for each tier what a value is to it; no value clears all."""
    if value is None:
        return {}
    return {name: _verdict(tier, value) for name, tier in tiers.items()}


def _verdict(tier: Tier, value: float) -> Verdict:
    if tier.breached(value):
        return "breach"
    return "clear" if tier.cleared(value) else "hold"


def beyond(tiers: Mapping[TierName, Tier], values: Sequence[float | None]) -> list[int]:
    """Find the places of the values that breach a tier; of quiet series nothing is made."""
    found: set[int] = set()
    for bound, over in _mildest(tiers):
        if over:
            found.update([place for place, value in enumerate(values) if value is not None and value > bound])
        else:
            found.update([place for place, value in enumerate(values) if value is not None and value < bound])
    return sorted(found)


def _mildest(tiers: Mapping[TierName, Tier]) -> list[tuple[float, bool]]:
    above = [tier.above.value for tier in tiers.values() if tier.above is not None]
    below = [tier.below.value for tier in tiers.values() if tier.below is not None]
    return [(choose(bounds), over) for bounds, choose, over in _sides(above, below) if bounds]


def _sides(
    above: list[float], below: list[float]
) -> tuple[tuple[list[float], Callable[[list[float]], float], bool], ...]:
    return (above, min, True), (below, max, False)

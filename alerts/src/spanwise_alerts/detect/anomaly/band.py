"""What one series was and what it was expected to be, at one moment: what can be drawn."""

from __future__ import annotations

from dataclasses import dataclass

from spanwise_alerts.alert import Labels


@dataclass(frozen=True, slots=True)
class Band:
    """One point of one series.

    Attributes:
        at_s: when the point ends, Unix time.
        value: in the measure's unit, as are the next three.
        expected: what it was expected to be.
        lower: no value from here up to `upper` is unusual; None where that side is not watched.
        score: how unusual it is; 1 is the threshold of the mildest tier.
    """

    series: Labels
    at_s: float
    value: float
    expected: float
    lower: float | None
    upper: float | None
    score: float

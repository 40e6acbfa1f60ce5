"""What an evaluation says of one series: for each tier whether it is breached, and what the numbers are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from spanwise_alerts.alert import Expected, Labels
from spanwise_alerts.rule import TierName

Verdict = Literal["breach", "hold", "clear"]
"""`hold` keeps a tier that holds, and starts none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One series of one rule at one moment.

    Attributes:
        verdicts: by tier; one that is not there is clear.
        value: what is told, in the rule's unit; None where there is no data.
        count: observations behind it.
        words: what sentences may name beside the usual, ready for people.
        thresholds: by tier, where they depend on the moment.
        marks: by tier that has several: which was reached, from 0.
        expected: of a series that is watched for anomalies, what would have been usual.
        victims: of an outage, service and agent of those that break.
    """

    labels: Labels
    verdicts: Mapping[TierName, Verdict]
    value: float | None = None
    count: int = 0
    words: Mapping[str, object] = field(default_factory=dict[str, object])
    thresholds: Mapping[TierName, float] = field(default_factory=dict[TierName, float])
    marks: Mapping[TierName, int] = field(default_factory=dict[TierName, int])
    expected: Expected | None = None
    victims: frozenset[tuple[str, str]] = frozenset()

"""The detectors that a rule may name: which courses a series may be expected to take, and for what it is watched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Name = Literal["auto", "level", "season", "count", "change_point", "trend"]
Course = Literal["level", "day", "week", "trend"]
COURSES: Final[tuple[Course, ...]] = ("level", "day", "week", "trend")
"""In the order in which they are believed: a later one has to be better than an earlier one."""

SPIKE: Final = 1.0
STEP: Final = 0.4
DRIFT: Final = 0.1
SHIFT: Final = 0.03


@dataclass(frozen=True, slots=True)
class Detector:
    """One way to find anomalies.

    Attributes:
        courses: what a series may be expected to do; of several the one that left least to explain so far. The level
            is expected until another one is known.
        watches: how much the newest point counts in each moving mean of what is left: 1 finds single points, 0.4 a
            step within some of them, 0.1 a drift over some twenty, 0.03 a change that lasts for an hour of minutes.
        counts: whether it is for counts only.
        meaning: for people.
    """

    courses: frozenset[Course]
    watches: tuple[float, ...]
    meaning: str
    counts: bool = False


_ALL: Final = frozenset(COURSES)
_USUAL: Final = (SPIKE, STEP, DRIFT)
DETECTORS: Final[Mapping[Name, Detector]] = {
    "auto": Detector(_ALL, _USUAL, "the course that fits the series, watched for spikes, steps and drifts"),
    "level": Detector(frozenset({"level"}), _USUAL, "against its level of late; seasons are anomalies"),
    "season": Detector(frozenset({"day", "week"}), _USUAL, "against this hour of the day and the week"),
    "count": Detector(_ALL, _USUAL, "as auto, for counts only: calls, errors, runs", counts=True),
    "change_point": Detector(_ALL, (DRIFT, SHIFT), "only changes that last; single points are none"),
    "trend": Detector(frozenset({"trend"}), _USUAL, "against going on as it went: growth is expected to go on"),
}

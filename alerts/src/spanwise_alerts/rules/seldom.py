"""How seldom something may be wrong, and how long a point is: what rules that learn share."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, PlainSerializer, PlainValidator

from spanwise_alerts.faults import Path
from spanwise_alerts.quantity import seconds
from spanwise_alerts.rule import TierName

_PERIODS_S: Final = {"hour": 3600.0, "day": 86400.0, "week": 604800.0, "month": 30 * 86400.0, "year": 365 * 86400.0}
_OFTEN: Final = re.compile(rf"(\d+)\s*/\s*({'|'.join(_PERIODS_S)})")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Often:
    """How often something may be wrong: `times` in `period_s`."""

    times: int
    period_s: float
    text: str

    @property
    def rate(self) -> float:
        """Times a second."""
        return self.times / self.period_s


def often(raw: object) -> Often:
    """Read `1/week`.

    Raises:
        ValueError: it is none.
    """
    match = _OFTEN.fullmatch(str(raw).strip())
    if match is None or int(match[1]) < 1:
        raise ValueError(f"got {raw!r}, expected how often, such as 1/week: a number / {', '.join(_PERIODS_S)}")
    return Often(int(match[1]), _PERIODS_S[match[2]], str(raw).strip())


def _written(value: Often) -> str:
    return value.text


SoOften = Annotated[
    Often, PlainValidator(often), PlainSerializer(_written, return_type=str, when_used="json")
]  # fmt: skip


def one_of(names: Sequence[str]) -> AfterValidator:
    """Take only these lengths of a point: whole points make up whole hours, so that an hour of the day is one."""
    known = {seconds(name) for name in names}

    def even(bucket_s: float) -> float:
        if bucket_s not in known:
            raise ValueError(f"got {bucket_s:g}s, expected one of {', '.join(names)}")
        return bucket_s

    return AfterValidator(even)


def not_rarer(tiers: Mapping[TierName, T], often_of: Callable[[T], Often]) -> list[tuple[Path, str]]:
    """Find graver tiers that may be wrong more often than milder ones, by their path below the tiers."""
    return [
        ((graver, "false_alarms"), f"got {often_of(tier).text!r}, expected at most that of `{milder}`")
        for (milder, before), (graver, tier) in itertools.pairwise(tiers.items())
        if often_of(tier).rate > often_of(before).rate
    ]

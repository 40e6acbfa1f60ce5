"""What rules about a measure share: which numbers are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast, get_args

from pydantic import Field, ValidationInfo, field_validator

from spanwise_alerts.faults import Path, expected
from spanwise_alerts.rule import Duration, Rule, TierName, refuse
from spanwise_schema.measures import DIMENSIONS, MEASURES, Measure, Stat

MAX_WINDOW_S: Final = 2 * 86400.0
SHARES: Final = ("mean", "p50", "p90", "p95", "p99", "max")
STATS: Final[tuple[str, ...]] = get_args(Stat)
_COUNTABLE: Final = frozenset({"{call}", "{run}", "{error}"})


class Measured(Rule):
    """A rule about one measure, grouped and filtered by dimensions."""

    measure: str = Field(description="of the catalogue: GET /api/v1/measures", examples=["llm.duration"])
    where: dict[str, str] = Field(
        default_factory=dict[str, str], description="only these; without it all", examples=[{"environment": "prod"}]
    )
    window_s: Duration = Field(
        default=300.0, alias="window", gt=0, description="how far back each evaluation looks", examples=["5m"]
    )
    min_count: int = Field(
        default=1, ge=1, description="on fewer observations nothing is breached (default 1)", examples=[20]
    )

    @property
    def looks_back_s(self) -> float:
        """The window."""
        return self.window_s

    @property
    def filters(self) -> tuple[tuple[str, str], ...]:
        """`where` as pairs."""
        return tuple(self.where.items())

    @classmethod
    def _beside(cls, raw: Mapping[str, Any]) -> list[tuple[Path, str]]:
        measure = MEASURES.get(str(raw.get("measure")))
        known = cls.dimensions(measure)
        found: list[tuple[Path, str]] = []
        for key in ("by", "where"):
            names = raw.get(key)
            pairs = keyed(names)
            found += [((key, place), expected(name, known)) for place, name in pairs if name not in known]
        for name, value in _pairs(raw.get("where")):
            if isinstance(value, str) and "," in value:
                found.append((("where", name), f"got {value!r}, expected no comma"))
        return [*super()._beside(raw), *found]

    @classmethod
    def dimensions(cls, measure: Measure | None) -> tuple[str, ...]:
        """Return what the rule may be grouped and filtered by; all there is where the measure is not known."""
        return measure.dimensions if measure else DIMENSIONS

    @field_validator("window_s")
    @classmethod
    def _kept(cls, window_s: float) -> float:
        if window_s > MAX_WINDOW_S:
            raise ValueError("expected at most 2d: the collector keeps no live window that is longer")
        return window_s

    @field_validator("measure")
    @classmethod
    def _measured(cls, name: str) -> str:
        if name not in MEASURES:
            raise ValueError(expected(name, MEASURES))
        return name


def stat_of(stat: str, info: ValidationInfo) -> str:
    """Check that the measure has the statistic; of an unknown measure, that any has it."""
    measure = MEASURES.get(info.data.get("measure", ""))
    known = measure.stats if measure else STATS
    if stat not in known:
        raise ValueError(expected(stat, known))
    return stat


def unit_of(measure: Measure, stat: str) -> str:
    """Name the unit that a statistic of a measure has: the measure's; `1` for a share or a count of values."""
    if stat == "ratio" or (stat == "count" and measure.unit not in _COUNTABLE):
        return "1"
    return f"{measure.unit}/s" if stat == "rate" else measure.unit


def shown(measure: Measure, stat: str) -> str:
    """Name the unit in which a statistic is told: `%` for shares."""
    share = stat == "ratio" or (measure.unit == "1" and stat in SHARES)
    return "%" if share else unit_of(measure, stat)


def in_order(tiers: Mapping[TierName, Any], order: Iterable[TierName]) -> dict[TierName, Any]:
    """Sort tiers from mild to grave; there must be one."""
    if not tiers:
        refuse([((), f"expected at least one of {', '.join(order)}")])
    return {name: tiers[name] for name in order if name in tiers}


def keyed(names: object) -> list[tuple[str | int, object]]:
    """Give the names of a list or a mapping of the configuration, each with its place."""
    if isinstance(names, dict):
        return [(str(name), name) for name in cast("dict[object, object]", names)]
    if isinstance(names, (list, tuple)):
        return list(enumerate(cast("list[object]", names)))
    return []


def _pairs(names: object) -> list[tuple[str, object]]:
    if not isinstance(names, dict):
        return []
    return [(str(name), value) for name, value in cast("dict[object, object]", names).items()]

"""`kind: budget`: what a calendar day, week or month may cost."""

from __future__ import annotations

import itertools
import zoneinfo
from typing import Annotated, ClassVar, Final, Literal, cast

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from spanwise_alerts.faults import expected
from spanwise_alerts.quantity import Quantity
from spanwise_alerts.rule import TIERS, Amount, Section, TierName, refuse
from spanwise_alerts.rules.bounds import misfit
from spanwise_alerts.rules.measured import Measured, in_order
from spanwise_schema.measures import MEASURES, PER_USER, Measure

Period = Literal["day", "week", "month"]
WHO: Final = ("user", "session")
"""Dimensions that only budgets have: they are counted in the stored spans, not in the live windows."""

_SPENT: Final = ("USD", "{token}")


def _marks(raw: object) -> object:
    return cast("object", raw) if isinstance(raw, (list, tuple)) else [raw]


class Share(Section):
    """One tier: from which share of the limit it holds, until the period ends; each further share is told as well."""

    at: Annotated[tuple[Amount, ...], BeforeValidator(_marks)] = Field(
        min_length=1, description="the share of the limit from which it holds, or a list of rising ones, each told",
        examples=["80%"],
    )  # fmt: skip

    @field_validator("at")
    @classmethod
    def _share(cls, marks: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
        for at in marks:
            if at.sign != "%" or at.value <= 0:
                raise ValueError(f"got {at.text!r}, expected a share of the limit, such as 80%")
        for before, at in itertools.pairwise(marks):
            if at.value <= before.value:
                raise ValueError(f"got {at.text!r} after {before.text!r}, expected rising shares")
        return marks


def _usual() -> dict[TierName, Share]:
    at = {"info": "50%", "warning": "80%", "critical": ["95%", "100%"]}
    return {name: Share.model_validate({"at": at[name]}) for name in TIERS}


class Budget(Measured):
    """The sum of money or tokens since a calendar period began, against a limit."""

    words: ClassVar[tuple[str, ...]] = ("spent", "limit", "period", "burn_rate", "exhausted_at", "since")
    every_s: ClassVar[float] = 5.0

    kind: Literal["budget"] = Field(description="a limit for a calendar period", examples=["budget"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    limit: Amount = Field(description="what may be spent in a period: dollars, or tokens", examples=["$200"])
    period: Period = Field(default="day", description="day, week (from Monday) or month", examples=["day"])
    timezone: str = Field(default="UTC", description="whose midnight (default UTC)", examples=["Europe/Berlin"])
    top: int = Field(
        default=20, ge=1, le=1000, description="of by user or session the so many who spent most (default 20)"
    )
    tiers: dict[TierName, Share] = Field(
        default_factory=_usual, description="each with `at`; without it 50%, 80%, and 95% and 100%"
    )
    summary: str = Field(
        default="{{ rule }}: {{ spent }} of {{ limit }} a {{ period }} spent ({{ value }}); gone: {{ exhausted_at }}",
        description="one line",
    )

    @property
    def unit(self) -> str:
        """A share of the limit."""
        return "1"

    @property
    def shown_unit(self) -> str:
        """A share of the limit."""
        return "%"

    @property
    def measured(self) -> tuple[str, str]:
        """The measure, summed."""
        return self.measure, "sum"

    def threshold_of(self, tier: TierName) -> float | None:
        """Return the share from which a tier holds."""
        return self.tiers[tier].at[0].value if tier in self.tiers else None

    def wait_s(self, tier: TierName) -> float:
        """Return 0: what is spent is spent."""
        del tier
        return 0.0

    @classmethod
    def dimensions(cls, measure: Measure | None) -> tuple[str, ...]:
        """Return the measure's dimensions, and of calls also `user` and `session`."""
        calls = measure is None or measure.name in PER_USER
        return (*super().dimensions(measure), *(WHO if calls else ()))

    @field_validator("measure")
    @classmethod
    def _spent(cls, name: str) -> str:
        known = [measure.name for measure in MEASURES.values() if measure.unit in _SPENT]
        if name in MEASURES and name not in known:
            raise ValueError(expected(name, known))
        return name

    @field_validator("limit")
    @classmethod
    def _positive(cls, limit: Quantity, info: ValidationInfo) -> Quantity:
        measure = MEASURES.get(info.data.get("measure", ""))
        if measure and (text := misfit(limit, measure.unit)):
            raise ValueError(text)
        if limit.value <= 0:
            raise ValueError(f"got {limit.text!r}, expected more than nothing")
        return limit

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"got {name!r}, expected a time zone such as Europe/Berlin") from error
        return name

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Share]) -> dict[TierName, Share]:
        ordered = in_order(tiers, TIERS)
        rising = list(ordered.items())
        refuse([
            ((name, "at"), f"got {tier.at[0].text!r}, expected more than tier `{before}`")
            for (before, milder), (name, tier) in itertools.pairwise(rising)
            if tier.at[0].value <= milder.at[-1].value
        ])  # fmt: skip
        return ordered

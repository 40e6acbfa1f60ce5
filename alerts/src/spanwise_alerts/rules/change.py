"""`kind: change`: a statistic against what it was before."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from spanwise_alerts.quantity import Quantity
from spanwise_alerts.rule import TIERS, TierName, refuse
from spanwise_alerts.rules.bounds import KEYS, Tier, disorder, misfit
from spanwise_alerts.rules.measured import Measured, in_order, shown, stat_of, unit_of
from spanwise_schema.measures import MEASURES

Against = Literal["previous", "1h", "1d", "1w"]
AGO_S: Final[dict[Against, float]] = {"1h": 3600.0, "1d": 86400.0, "1w": 604800.0}


class Change(Measured):
    """How far one measure is from its own value in an earlier window of the same length."""

    words: ClassVar[tuple[str, ...]] = ("current", "baseline", "against")

    kind: Literal["change"] = Field(description="compare with an earlier window", examples=["change"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    stat: str = Field(
        description="count sum rate mean p50 p90 p95 p99 max ratio, as the measure allows", examples=["p95"]
    )
    against: Against = Field(
        default="previous", description="previous (the window before), 1h, 1d or 1w ago", examples=["1d"]
    )
    tiers: dict[TierName, Tier] = Field(
        description="info, warning, critical; a share (50%) of the earlier value, or an amount of the measure's unit",
        examples=[{"warning": {"above": "50%", "for": "5m"}}],
    )

    @property
    def ago_s(self) -> float:
        """How long before now the earlier window ended."""
        return AGO_S.get(self.against, self.window_s)

    @property
    def relative(self) -> bool:
        """Whether the change is told as a share of the earlier value."""
        return any(tier.threshold.sign == "%" for tier in self.tiers.values())

    @property
    def own_unit(self) -> str:
        """The unit of the two values that are compared."""
        return unit_of(MEASURES[self.measure], self.stat)

    @property
    def own_shown_unit(self) -> str:
        """The unit in which the two values are told."""
        return shown(MEASURES[self.measure], self.stat)

    @property
    def unit(self) -> str:
        """`1` for a share of the earlier value, else the measure's."""
        return "1" if self.relative else self.own_unit

    @property
    def shown_unit(self) -> str:
        """`%` for a share of the earlier value, else the measure's."""
        return "%" if self.relative else self.own_shown_unit

    @property
    def measured(self) -> tuple[str, str]:
        """The measure and its statistic."""
        return self.measure, self.stat

    def threshold_of(self, tier: TierName) -> float | None:
        """Return the change beyond which a tier holds."""
        return self.tiers[tier].threshold.value if tier in self.tiers else None

    _stated = field_validator("stat")(stat_of)

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Tier], info: ValidationInfo) -> dict[TierName, Tier]:
        ordered = in_order(tiers, TIERS)
        amounts = [
            ((name, key), amount)
            for name, tier in ordered.items()
            for key in KEYS
            if (amount := getattr(tier, key)) is not None
        ]
        measure, stat = MEASURES.get(info.data.get("measure", "")), info.data.get("stat")
        unit = shown(measure, stat) if measure and isinstance(stat, str) else None
        refuse([(path, text) for path, amount in amounts if (text := _fault(amount, amounts[0][1], unit))])
        refuse(disorder(ordered))
        return ordered


def _fault(amount: Quantity, first: Quantity, unit: str | None) -> str:
    if (amount.sign == "%") != (first.sign == "%"):
        return f"got {amount.text!r}, expected all tiers in shares, such as 50%, or all in amounts"
    if amount.sign == "%" or unit is None:
        return ""
    # a share that changes by an amount is written without %, as 5% is a share of the earlier value
    return misfit(amount, "1" if unit == "%" else unit)
